/** "RFENCE Extension". A range is answered by forgetting everything, which is always right. */
import * as L from '../layout';
import { FENCE_INSTRUCTIONS, FENCE_TRANSLATIONS, request } from '../interrupts/requests';
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
  for (let index: u32 = 0; index < L.machine32(L.HARTS); index++) {
    if (!((harts >> index) & 1)) continue;
    if (index != load<u32>(hart, L.ID)) request(index, called == FENCE_I ? FENCE_INSTRUCTIONS : FENCE_TRANSLATIONS);
    else if (called != FENCE_I) fenceHere(hart, called);
  }
  reply(hart, 0);
}

function fenceHere(hart: usize, called: u32): void {
  const start = argument(hart, 2);
  const size = argument(hart, 3);
  const asid = called == SFENCE_VMA_ASID ? <i32>(argument(hart, 4) & 0xffff) : -1;
  if ((start | size) == 0 || size > FEW_PAGES << 12) return fenceAll(hart, asid);
  for (let offset: u64 = 0; offset < size; offset += 4096) fenceAddress(hart, start + offset, asid);
}
