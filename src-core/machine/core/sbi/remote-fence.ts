/** "RFENCE Extension". A range is answered by forgetting everything, which is always right. */
import * as L from '../layout';
import {
  FENCE_INSTRUCTIONS,
  FENCE_TRANSLATIONS,
  awaitServed,
  enterGuest,
  leaveGuest,
  request,
} from '../interrupts/requests';
import { refreshCode } from '../memory/code';
import { fenceAddress, fenceAll } from '../memory/tlb';
import {
  ERR_INVALID_PARAM,
  ERR_NOT_SUPPORTED,
  argument,
  failed,
  forNobody,
  reply,
  targets,
} from './call';

const FENCE_I: u32 = 0;
const SFENCE_VMA: u32 = 1;
const SFENCE_VMA_ASID: u32 = 2;
/** Up to so many pages are fenced one by one. */
const FEW_PAGES: u64 = 16;

export function remoteFence(hart: usize, called: u32): void {
  if (called > SFENCE_VMA_ASID) return failed(hart, ERR_NOT_SUPPORTED);
  const harts = targets(hart);
  if (harts == 0 && !forNobody(hart)) return failed(hart, ERR_INVALID_PARAM);
  const self = <u32>1 << load<u32>(hart, L.ID);
  if (harts & ~self) fenceOthers(hart, harts & ~self, called == FENCE_I ? FENCE_INSTRUCTIONS : FENCE_TRANSLATIONS);
  if (harts & self) {
    if (called == FENCE_I) refreshCode(hart);
    else fenceHere(hart, called);
  }
  reply(hart, 0);
}

/** Comes back when all of them have done it. Meanwhile nobody waits for this one. */
function fenceOthers(hart: usize, harts: u32, what: u32): void {
  leaveGuest(hart);
  const tickets = hart + L.TICKETS;
  for (let rest = harts; rest; rest &= rest - 1) store<u32>(tickets + (ctz(rest) << 2), request(ctz(rest), what));
  for (let rest = harts; rest; rest &= rest - 1) awaitServed(ctz(rest), load<u32>(tickets + (ctz(rest) << 2)));
  enterGuest(hart);
}

function fenceHere(hart: usize, called: u32): void {
  const start = argument(hart, 2);
  const size = argument(hart, 3);
  const asid = called == SFENCE_VMA_ASID ? <i32>(argument(hart, 4) & 0xffff) : -1;
  if ((start | size) == 0 || size > FEW_PAGES << 12) return fenceAll(hart, asid);
  for (let offset: u64 = 0; offset < size; offset += 4096) fenceAddress(hart, start + offset, asid);
}
