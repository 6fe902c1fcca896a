import { array, numpy as np, jit, random } from "cotangent";
const L = np.linalg;
const t=(name:string,f:any)=>{const a=performance.now(); const r=f(); const b=performance.now(); console.log(name,(b-a).toFixed(0)); return r;};
for (const n of [100,300,600]) for (const dtype of ["float32","float64"] as const) {
 const x = random.normal(random.key(1),[n,n],{dtype} as any);
 const k = np.matmul(x, np.transpose(x));
 console.log(n,dtype);
 t("chol",()=>L.cholesky(k)); t("solve1",()=>L.solve(x,np.ones([n],{dtype}))); t("inv",()=>L.inv(x)); t("qr",()=>L.qr(x));
 const [w,v]=t("eigh",()=>L.eigh(k));
 const res=np.abs(np.subtract(np.matmul(k,v),np.multiply(v,w))); console.log("  res",np.max(res).item()/np.max(np.abs(k)).item(), "orth",np.max(np.abs(np.subtract(np.matmul(np.transpose(v),v),np.eye(n,{dtype})))).item());
 const [u,s,vt]=t("svd",()=>L.svd(x)); 
 console.log("  res",np.max(np.abs(np.subtract(x,np.matmul(np.multiply(u,s),vt)))).item(),"orth",np.max(np.abs(np.subtract(np.matmul(np.transpose(u),u),np.eye(n,{dtype})))).item(),np.max(np.abs(np.subtract(np.matmul(vt,np.transpose(vt)),np.eye(n,{dtype})))).item());
}
