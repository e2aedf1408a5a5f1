const BYTES_IN_LINE = 16;

/** Bytes as people look at packets: offset, hexadecimal, letters. @param most bytes that are shown */
export function hexDump(bytes: Uint8Array, most: number): string {
  const shown = bytes.subarray(0, most);
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += BYTES_IN_LINE) {
    const line = [...shown.subarray(at, at + BYTES_IN_LINE)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(BYTES_IN_LINE * 3 - 1)}  ${letters}`);
  }
  if (bytes.length > most) lines.push(`… ${bytes.length - most} bytes more`);
  return lines.join('\n');
}
