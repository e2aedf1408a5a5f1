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
/** WHATWG "URL Standard", as far as it is used here. */
declare class URL {
  static canParse(url: string, base?: string): boolean;
  constructor(url: string, base?: string);
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly username: string;
  readonly password: string;
  readonly searchParams: { append(name: string, value: string): void };
}
/** Base64 of characters up to U+00FF, one for each byte. */
declare function btoa(bytes: string): string;
