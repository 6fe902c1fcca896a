// For workerd: what it takes to answer anything at all.

export default { fetch: () => new Response("") };
