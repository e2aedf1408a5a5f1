/** virtio 1.3 §5.3.6.2 "Multiport Device Operation": events of control messages. */
export const CONTROL = {
  deviceReady: 0,
  portAdd: 1,
  portReady: 3,
  consolePort: 4,
  resize: 5,
  portOpen: 6,
  portName: 7,
} as const;

export const CONTROL_HEADER_BYTES = 8;

export interface ControlMessage {
  readonly port: number;
  readonly event: number;
  readonly value: number;
}

export function decodeControl(bytes: Uint8Array): ControlMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, CONTROL_HEADER_BYTES);
  return { port: view.getUint32(0, true), event: view.getUint16(4, true), value: view.getUint16(6, true) };
}

export function encodeControl(
  { port, event, value }: ControlMessage,
  payload: Uint8Array = new Uint8Array(),
): Uint8Array {
  const bytes = new Uint8Array(CONTROL_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, port, true);
  view.setUint16(4, event, true);
  view.setUint16(6, value, true);
  bytes.set(payload, CONTROL_HEADER_BYTES);
  return bytes;
}
