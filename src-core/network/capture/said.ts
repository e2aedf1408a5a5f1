/** The protocol that a packet is shown as, and what it says. */
export interface Said {
  readonly protocol: string;
  readonly info: string;
}
