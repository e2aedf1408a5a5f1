import { saveBytes } from '../parts/save-bytes.ts';

export function saveCapture(network: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const type = 'application/vnd.tcpdump.pcap';
  return saveBytes({ title: 'Save packets', name: `${network}.pcap`, type, what: 'The packets are' }, bytes);
}
