/** Arrays whose elements are on the device, or are going to be. */
import type { TypedArray } from "../../base/dtypes.ts";
import { noMore } from "../../base/errors.ts";
import { type Aval, frozenAval } from "../../ir/aval.ts";
import { HostArray } from "../../ir/ndarray.ts";
import { ResidentArray } from "../current.ts";
import type { Device } from "../device.ts";
import type { Contents } from "./contents.ts";

/** What an array needs of its device. */
export interface Owner extends Device {
  download(contents: Contents, aval: Aval): Promise<TypedArray>;
  destroy(contents: Contents): void;
}

/** From so many bytes on the garbage collector is told what an array takes. */
const BALLAST_BYTES = 2 ** 16;

/** Everything takes four bytes an element. */
const ITEM_BYTES = 4;

export class DeviceArray extends ResidentArray {
  readonly aval: Aval;
  readonly device: Owner;
  readonly contents: Contents;
  /** Never touched, and so never more than a number to the system; but collectors count it, and can't see what is on a device. */
  readonly ballast: ArrayBuffer | null;

  constructor(device: Owner, contents: Contents, aval: Aval) {
    super();
    this.aval = frozenAval(aval);
    this.device = device;
    this.contents = contents;
    const bytes = ITEM_BYTES * this.size;
    this.ballast = bytes > BALLAST_BYTES ? new ArrayBuffer(bytes) : null;
  }

  get host(): HostArray | null {
    const { host } = this.contents;
    return host && new HostArray(host, this.aval);
  }

  override async data(...rest: never[]): Promise<TypedArray> {
    noMore("NDArray.data", rest);
    return (this.contents.host ?? (await this.device.download(this.contents, this.aval))).slice();
  }

  override destroy(...rest: never[]): void {
    noMore("NDArray.destroy", rest);
    this.device.destroy(this.contents);
  }
}
