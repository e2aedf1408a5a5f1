import type { Endpoint, HostTcp, TcpEvents } from '../../host-network.ts';

/** What the gateway itself serves over TCP: DNS. Connections to any of its addresses at this port arrive here. */
export interface TcpService {
  readonly port: number;
  /**
   * A guest connected. Its connection looks as one does that this computer accepted: what the guest sends comes as
   * `data`, the receiver's to keep, and stops coming between `pause` and `resume`. What a guest does wrong is to be
   * ignored, or answered with `reset`: nothing is thrown.
   * @param from the guest's address and port
   * @returns what happens with the connection is told to; `connected` is never called, `closed` once and last
   */
  open(connection: HostTcp, from: Endpoint): TcpEvents;
}
