/** `image` as users see it. */
export { type ResizeMethod, type ResizeOptions, resize } from "./image.ts";
