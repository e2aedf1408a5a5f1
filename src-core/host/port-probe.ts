import type { HostPort } from './port-leases.ts';

/** Whether a port of this computer can be had by an ordinary program now. */
export type PortProbe = (port: Omit<HostPort, 'owner'>) => Promise<'free' | 'taken' | 'denied'>;
