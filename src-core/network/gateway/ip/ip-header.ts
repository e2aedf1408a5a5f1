/** What the headers of an IP packet say; slices of the packet. */
export interface IpHeader {
  /** 4 or 16 bytes. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** Of what follows all headers of IP. */
  readonly protocol: number;
  readonly hopLimit: number;
  /** Of the transport header (or of the fragment's data) in the packet. */
  readonly payloadAt: number;
  readonly payload: Uint8Array;
  /** Null for a whole packet. */
  readonly fragment: FragmentField | null;
}

export interface FragmentField {
  readonly identification: number;
  /** In bytes. */
  readonly offset: number;
  readonly more: boolean;
}

export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;

/** The view of a packet's bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
