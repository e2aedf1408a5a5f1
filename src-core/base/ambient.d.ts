/**
 * The few globals beyond the ECMAScript library that every host of this code has (Node, Electron, browsers).
 * Anything else of the outside reaches the core as an interface that it declares itself.
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBufferView | ArrayBufferLike, options?: { stream?: boolean }): string;
}
declare function queueMicrotask(task: () => void): void;
