import { array, numpy as np, jit, random } from "cotangent";
const L = np.linalg;
const n=300, dtype="float64" as const;
 const x = random.normal(random.key(1),[n,n],{dtype} as any);
 const k = np.matmul(x, np.transpose(x));
for (let i=0;i<2;i++){const a=performance.now(); L.eigh(k); console.log("eigh",performance.now()-a);}
const a=performance.now(); const [u,s,vt]=L.svd(x); console.log("svd",performance.now()-a);
const g=np.subtract(np.matmul(vt,np.transpose(vt)),np.eye(n,{dtype})); const d=np.diagonal(g);
console.log("V diag",np.max(np.abs(d)).item(),"off",np.max(np.abs(np.subtract(g,np.diag(d)))).item());
