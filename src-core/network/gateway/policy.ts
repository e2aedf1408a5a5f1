import { formatAddress, parseAddress } from './address-text.ts';
import type { HostNetwork } from '../host-network.ts';
import type { Subnet } from '../network-runner.ts';
import type { Address, Reach, ReachPolicy } from './guest-link.ts';
import { liesIn, prefixOf, type Prefix } from './prefix.ts';
import { embeddedIpv4, specialIpv4, specialIpv6 } from './special-purpose.ts';

export interface PolicySituation {
  readonly host: Pick<HostNetwork, 'ownAddresses'>;
  /** The gateway's own, on this network. */
  readonly gateway: readonly Address[];
  readonly internal: boolean;
  /** As it is now: a person may change it at any time. */
  reachesHost(): boolean;
  /** Of all virtual networks, this one too: what is there is reached by a cable, or not at all. */
  subnets(): readonly Subnet[];
}

const PROHIBITED: Reach = { kind: 'prohibited' };

/**
 * Decides by the address alone, when a flow begins. So it does not matter by what name, redirect or answer of a hostile
 * name server a guest came to an address; and as it decides over whole packets, fragments hide nothing.
 */
export class GatewayPolicy implements ReachPolicy {
  readonly #situation: PolicySituation;

  constructor(situation: PolicySituation) {
    this.#situation = situation;
  }

  decide(destination: Address): Reach {
    const bytes = parseAddress(destination);
    if (bytes === null) return PROHIBITED;
    const address = formatAddress(bytes);
    if (this.#situation.gateway.includes(address)) return this.#thisComputer(bytes);
    if (this.#situation.internal || !this.#isOutside(bytes)) return PROHIBITED;
    return { kind: 'outside', address };
  }

  #thisComputer(bytes: Uint8Array): Reach {
    if (!this.#situation.reachesHost()) return PROHIBITED;
    return { kind: 'this-computer', address: bytes.length === 4 ? '127.0.0.1' : '::1' };
  }

  #isOutside(bytes: Uint8Array): boolean {
    const special = bytes.length === 4 ? specialIpv4(bytes) : specialIpv6(bytes);
    if (special === 'prohibited' || this.#isOwn(bytes) || this.#isVirtual(bytes)) return false;
    return embeddedIpv4(bytes).every((embedded) => this.#isOutside(embedded));
  }

  /** Read anew for every flow: a computer gets and loses addresses as it moves. */
  #isOwn(bytes: Uint8Array): boolean {
    const address = formatAddress(bytes);
    return this.#situation.host.ownAddresses().some((own) => {
      // A link-local address may come with the interface that it belongs to.
      const parsed = parseAddress(own.split('%', 1)[0] ?? '');
      return parsed !== null && formatAddress(parsed) === address;
    });
  }

  #isVirtual(bytes: Uint8Array): boolean {
    return this.#situation.subnets().some((subnet) => liesIn(bytes, prefixOfSubnet(subnet)));
  }
}

function prefixOfSubnet({ address, length }: Subnet): Prefix {
  return prefixOf(`${address}/${length}`);
}
