// Generated from src-core/machine/isa/table.ts by src-core/machine/isa/generator; sources.test.ts checks that it is up
// to date. To write it anew: npx vitest run src-core/machine/isa -u

import { FETCH_TLB, LEFT, PC, READ_TLB, REGION_OP, REGION_PAGE, WRITE_TLB, several } from '../layout';
import { OP_BYTES, imm, linkOffset, pageOffset, retiredBefore, rs1, rs2, setRd } from '../decode/operation';
import { div, divu, low32, mulh, mulhsu, mulhu, orcb, rem, remu, sext16, sext32, sext8, signed } from '../hart/arithmetic';
import { f32_negated, f32_signed, f64_negated, f64_signed, floatReadable, floatWritable, fs1_bits, fs1_d, fs1_s, fs2, fs2_d, fs2_s, fs3_d, fs3_s, roundingMode, setFdDouble, setFdSingle } from '../hart/float';
import { loadReserved_i32, storeConditional_i32, atomic_min_i32, atomic_minu_i32, atomic_max_i32, atomic_maxu_i32, loadReserved_i64, storeConditional_i64, atomic_min_i64, atomic_minu_i64, atomic_max_i64, atomic_maxu_i64 } from '../hart/atomics';
import { zeroBlock } from '../hart/cache-blocks';
import { leave, leaveTo } from '../hart/leave';
import { DONE, FAULTED, SYSTEM, UNLAWFUL, outcome } from '../hart/outcome';
import { fence } from '../memory/fence';
import { amoAddress, loadSlowly, storeSlowly } from '../memory/access';
import { csrInstruction } from '../csr/instruction';
import { runRegion } from '../regions/region';
import { f32_add, f32_class, f32_div, f32_eq, f32_fma, f32_le, f32_lt, f32_max, f32_min, f32_mul, f32_sqrt, f32_sub, f32_to_f64, f32_to_i32, f32_to_i64, f32_to_u32, f32_to_u64, f64_add, f64_class, f64_div, f64_eq, f64_fma, f64_le, f64_lt, f64_max, f64_min, f64_mul, f64_sqrt, f64_sub, f64_to_f32, f64_to_i32, f64_to_i64, f64_to_u32, f64_to_u64, i32_to_f32, i32_to_f64, i64_to_f32, i64_to_f64, u32_to_f32, u32_to_f64, u64_to_f32, u64_to_f64 } from '../softfloat/index';

/**
 * Runs decoded operations from `op` on until the budget is used up, a block is missing, or something happened that the
 * run loop must see. `table` is the table of blocks of the page of code that `op` belongs to, `pageBase` that page's
 * virtual address. @returns why it left; pc and what is left of the budget stand in the hart's state
 */
export function interpret(hart: usize, op: usize, table: usize, pageBase: u64, budget: i32): u32 {
  let readTlb: usize = load<usize>(hart, READ_TLB);
  let writeTlb: usize = load<usize>(hart, WRITE_TLB);
  const fetchTlb: usize = load<usize>(hart, FETCH_TLB);
  let next: u64 = 0;
  while (true) {
    switch (<u32>load<u16>(op)) {
      case 0: { // end
        budget -= <i32>retiredBefore(op);
        next = pageBase + imm(op);
        break;
      }
      case 1: { // illegal
        return leave(hart, op, pageBase, budget, UNLAWFUL);
      }
      case 2: { // li
        setRd(op, imm(op));
        op += OP_BYTES; continue;
      }
      case 3: { // mv
        setRd(op, rs1(op));
        op += OP_BYTES; continue;
      }
      case 4: { // nop
        op += OP_BYTES; continue;
      }
      case 5: { // link
        setRd(op, pageBase + imm(op));
        op += OP_BYTES; continue;
      }
      case 6: { // jal.far
        setRd(op, pageBase + linkOffset(op));
        budget -= <i32>retiredBefore(op) + 1;
        next = pageBase + imm(op);
        break;
      }
      case 7: { // ret
        next = rs1(op) & ~1;
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 8: { // region
        const jumps: bool = runRegion(hart, op, pageBase, budget) == DONE;
        readTlb = load<usize>(hart, READ_TLB);
        writeTlb = load<usize>(hart, WRITE_TLB);
        budget = load<i32>(hart, LEFT);
        if (jumps) { next = load<u64>(hart, PC); break; }
        if (load<u64>(hart, REGION_PAGE) != pageBase) {
          pageBase = load<u64>(hart, REGION_PAGE);
          table = load<usize>(fetchTlb + ((<usize>pageBase >>> 8) & 0xff0), 8);
        }
        op = load<usize>(hart, REGION_OP); continue;
      }
      case 9: { // lui
        setRd(op, <u64>(imm(op)));
        op += OP_BYTES; continue;
      }
      case 10: { // auipc
        setRd(op, <u64>(pageBase + imm(op)));
        op += OP_BYTES; continue;
      }
      case 11: { // jal
        return leave(hart, op, pageBase, budget, UNLAWFUL);
      }
      case 12: { // jalr
        next = (rs1(op) + imm(op)) & ~1;
        setRd(op, pageBase + linkOffset(op));
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 13: { // beq
        if (rs1(op) == rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 14: { // beq.far
        if (rs1(op) == rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          next = pageBase + imm(op);
          break;
        }
        op += OP_BYTES; continue;
      }
      case 15: { // bne
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 16: { // bne.far
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          next = pageBase + imm(op);
          break;
        }
        op += OP_BYTES; continue;
      }
      case 17: { // blt
        if (signed(rs1(op)) < signed(rs2(op))) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 18: { // blt.far
        if (signed(rs1(op)) < signed(rs2(op))) {
          budget -= <i32>retiredBefore(op) + 1;
          next = pageBase + imm(op);
          break;
        }
        op += OP_BYTES; continue;
      }
      case 19: { // bge
        if (signed(rs1(op)) >= signed(rs2(op))) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 20: { // bge.far
        if (signed(rs1(op)) >= signed(rs2(op))) {
          budget -= <i32>retiredBefore(op) + 1;
          next = pageBase + imm(op);
          break;
        }
        op += OP_BYTES; continue;
      }
      case 21: { // bltu
        if (rs1(op) < rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 22: { // bltu.far
        if (rs1(op) < rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          next = pageBase + imm(op);
          break;
        }
        op += OP_BYTES; continue;
      }
      case 23: { // bgeu
        if (rs1(op) >= rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 24: { // bgeu.far
        if (rs1(op) >= rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          next = pageBase + imm(op);
          break;
        }
        op += OP_BYTES; continue;
      }
      case 25: { // lb
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f000)) {
          setRd(op, <u64>(<i8>load<i8>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 1);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i8>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 26: { // lh
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f001)) {
          setRd(op, <u64>(<i16>load<i16>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 2);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i16>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 27: { // lw
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
          setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 4);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i32>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 28: { // ld
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 29: { // lbu
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f000)) {
          setRd(op, <u64>(<u8>load<u8>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 1);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<u8>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 30: { // lhu
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f001)) {
          setRd(op, <u64>(<u16>load<u16>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 2);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<u16>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 31: { // lwu
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
          setRd(op, <u64>(<u32>load<u32>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 4);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<u32>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 32: { // sb
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f000)) {
          store<u8>(<usize>address + load<usize>(entry, 8), <u8>rs2(op));
        } else {
          storeSlowly(hart, address, 1, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 33: { // sh
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f001)) {
          store<u16>(<usize>address + load<usize>(entry, 8), <u16>rs2(op));
        } else {
          storeSlowly(hart, address, 2, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 34: { // sw
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
          store<u32>(<usize>address + load<usize>(entry, 8), <u32>rs2(op));
        } else {
          storeSlowly(hart, address, 4, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 35: { // sd
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
        } else {
          storeSlowly(hart, address, 8, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 36: { // addi
        setRd(op, <u64>(rs1(op) + imm(op)));
        op += OP_BYTES; continue;
      }
      case 37: { // slti
        setRd(op, <u64>(signed(rs1(op)) < signed(imm(op))));
        op += OP_BYTES; continue;
      }
      case 38: { // sltiu
        setRd(op, <u64>(rs1(op) < imm(op)));
        op += OP_BYTES; continue;
      }
      case 39: { // xori
        setRd(op, <u64>(rs1(op) ^ imm(op)));
        op += OP_BYTES; continue;
      }
      case 40: { // ori
        setRd(op, <u64>(rs1(op) | imm(op)));
        op += OP_BYTES; continue;
      }
      case 41: { // andi
        setRd(op, <u64>(rs1(op) & imm(op)));
        op += OP_BYTES; continue;
      }
      case 42: { // slli
        setRd(op, <u64>(rs1(op) << imm(op)));
        op += OP_BYTES; continue;
      }
      case 43: { // srli
        setRd(op, <u64>(rs1(op) >> imm(op)));
        op += OP_BYTES; continue;
      }
      case 44: { // srai
        setRd(op, <u64>(signed(rs1(op)) >> signed(imm(op))));
        op += OP_BYTES; continue;
      }
      case 45: { // add
        setRd(op, <u64>(rs1(op) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 46: { // sub
        setRd(op, <u64>(rs1(op) - rs2(op)));
        op += OP_BYTES; continue;
      }
      case 47: { // sll
        setRd(op, <u64>(rs1(op) << rs2(op)));
        op += OP_BYTES; continue;
      }
      case 48: { // slt
        setRd(op, <u64>(signed(rs1(op)) < signed(rs2(op))));
        op += OP_BYTES; continue;
      }
      case 49: { // sltu
        setRd(op, <u64>(rs1(op) < rs2(op)));
        op += OP_BYTES; continue;
      }
      case 50: { // xor
        setRd(op, <u64>(rs1(op) ^ rs2(op)));
        op += OP_BYTES; continue;
      }
      case 51: { // srl
        setRd(op, <u64>(rs1(op) >> rs2(op)));
        op += OP_BYTES; continue;
      }
      case 52: { // sra
        setRd(op, <u64>(signed(rs1(op)) >> signed(rs2(op))));
        op += OP_BYTES; continue;
      }
      case 53: { // or
        setRd(op, <u64>(rs1(op) | rs2(op)));
        op += OP_BYTES; continue;
      }
      case 54: { // and
        setRd(op, <u64>(rs1(op) & rs2(op)));
        op += OP_BYTES; continue;
      }
      case 55: { // addiw
        setRd(op, <u64>(sext32(rs1(op) + imm(op))));
        op += OP_BYTES; continue;
      }
      case 56: { // slliw
        setRd(op, <u64>(sext32(rs1(op) << imm(op))));
        op += OP_BYTES; continue;
      }
      case 57: { // srliw
        setRd(op, <u64>(sext32(low32(rs1(op)) >> imm(op))));
        op += OP_BYTES; continue;
      }
      case 58: { // sraiw
        setRd(op, <u64>(signed(sext32(rs1(op))) >> signed(imm(op))));
        op += OP_BYTES; continue;
      }
      case 59: { // addw
        setRd(op, <u64>(sext32(rs1(op) + rs2(op))));
        op += OP_BYTES; continue;
      }
      case 60: { // subw
        setRd(op, <u64>(sext32(rs1(op) - rs2(op))));
        op += OP_BYTES; continue;
      }
      case 61: { // sllw
        setRd(op, <u64>(sext32(rs1(op) << (rs2(op) & 31))));
        op += OP_BYTES; continue;
      }
      case 62: { // srlw
        setRd(op, <u64>(sext32(low32(rs1(op)) >> (rs2(op) & 31))));
        op += OP_BYTES; continue;
      }
      case 63: { // sraw
        setRd(op, <u64>(signed(sext32(rs1(op))) >> signed(rs2(op) & 31)));
        op += OP_BYTES; continue;
      }
      case 64: { // fence
        if (several()) fence(hart);
        op += OP_BYTES; continue;
      }
      case 65: { // ecall
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 66: { // ebreak
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 67: { // mul
        setRd(op, <u64>(rs1(op) * rs2(op)));
        op += OP_BYTES; continue;
      }
      case 68: { // mulh
        setRd(op, <u64>(mulh(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 69: { // mulhsu
        setRd(op, <u64>(mulhsu(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 70: { // mulhu
        setRd(op, <u64>(mulhu(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 71: { // div
        setRd(op, <u64>(div(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 72: { // divu
        setRd(op, <u64>(divu(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 73: { // rem
        setRd(op, <u64>(rem(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 74: { // remu
        setRd(op, <u64>(remu(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 75: { // mulw
        setRd(op, <u64>(sext32(rs1(op) * rs2(op))));
        op += OP_BYTES; continue;
      }
      case 76: { // divw
        setRd(op, <u64>(sext32(div(sext32(rs1(op)), sext32(rs2(op))))));
        op += OP_BYTES; continue;
      }
      case 77: { // divuw
        setRd(op, <u64>(sext32(divu(low32(rs1(op)), low32(rs2(op))))));
        op += OP_BYTES; continue;
      }
      case 78: { // remw
        setRd(op, <u64>(sext32(rem(sext32(rs1(op)), sext32(rs2(op))))));
        op += OP_BYTES; continue;
      }
      case 79: { // remuw
        setRd(op, <u64>(sext32(remu(low32(rs1(op)), low32(rs2(op))))));
        op += OP_BYTES; continue;
      }
      case 80: { // lr.w
        const value: u64 = loadReserved_i32(hart, rs1(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, value);
        op += OP_BYTES; continue;
      }
      case 81: { // sc.w
        const failed: u64 = storeConditional_i32(hart, rs1(op), rs2(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, failed);
        op += OP_BYTES; continue;
      }
      case 82: { // amoadd.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.add<i32>(host, <i32>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 83: { // amoswap.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.xchg<i32>(host, <i32>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 84: { // amoxor.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.xor<i32>(host, <i32>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 85: { // amoor.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.or<i32>(host, <i32>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 86: { // amoand.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.and<i32>(host, <i32>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 87: { // amomin.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic_min_i32(host, rs2(op)));
        op += OP_BYTES; continue;
      }
      case 88: { // amomax.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic_max_i32(host, rs2(op)));
        op += OP_BYTES; continue;
      }
      case 89: { // amominu.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic_minu_i32(host, rs2(op)));
        op += OP_BYTES; continue;
      }
      case 90: { // amomaxu.w
        const host: usize = amoAddress(hart, rs1(op), 4);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic_maxu_i32(host, rs2(op)));
        op += OP_BYTES; continue;
      }
      case 91: { // lr.d
        const value: u64 = loadReserved_i64(hart, rs1(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, value);
        op += OP_BYTES; continue;
      }
      case 92: { // sc.d
        const failed: u64 = storeConditional_i64(hart, rs1(op), rs2(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, failed);
        op += OP_BYTES; continue;
      }
      case 93: { // amoadd.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.add<i64>(host, <i64>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 94: { // amoswap.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.xchg<i64>(host, <i64>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 95: { // amoxor.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.xor<i64>(host, <i64>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 96: { // amoor.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.or<i64>(host, <i64>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 97: { // amoand.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic.and<i64>(host, <i64>rs2(op)));
        op += OP_BYTES; continue;
      }
      case 98: { // amomin.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic_min_i64(host, rs2(op)));
        op += OP_BYTES; continue;
      }
      case 99: { // amomax.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic_max_i64(host, rs2(op)));
        op += OP_BYTES; continue;
      }
      case 100: { // amominu.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic_minu_i64(host, rs2(op)));
        op += OP_BYTES; continue;
      }
      case 101: { // amomaxu.d
        const host: usize = amoAddress(hart, rs1(op), 8);
        if (host == 0) return leave(hart, op, pageBase, budget, outcome);
        setRd(op, <u64>atomic_maxu_i64(host, rs2(op)));
        op += OP_BYTES; continue;
      }
      case 102: { // csrrw
        store<i32>(hart, budget - <i32>retiredBefore(op), LEFT);
        csrInstruction(hart, <u32>imm(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        readTlb = load<usize>(hart, READ_TLB);
        writeTlb = load<usize>(hart, WRITE_TLB);
        op += OP_BYTES; continue;
      }
      case 103: { // csrrs
        store<i32>(hart, budget - <i32>retiredBefore(op), LEFT);
        csrInstruction(hart, <u32>imm(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        readTlb = load<usize>(hart, READ_TLB);
        writeTlb = load<usize>(hart, WRITE_TLB);
        op += OP_BYTES; continue;
      }
      case 104: { // csrrc
        store<i32>(hart, budget - <i32>retiredBefore(op), LEFT);
        csrInstruction(hart, <u32>imm(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        readTlb = load<usize>(hart, READ_TLB);
        writeTlb = load<usize>(hart, WRITE_TLB);
        op += OP_BYTES; continue;
      }
      case 105: { // csrrwi
        store<i32>(hart, budget - <i32>retiredBefore(op), LEFT);
        csrInstruction(hart, <u32>imm(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        readTlb = load<usize>(hart, READ_TLB);
        writeTlb = load<usize>(hart, WRITE_TLB);
        op += OP_BYTES; continue;
      }
      case 106: { // csrrsi
        store<i32>(hart, budget - <i32>retiredBefore(op), LEFT);
        csrInstruction(hart, <u32>imm(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        readTlb = load<usize>(hart, READ_TLB);
        writeTlb = load<usize>(hart, WRITE_TLB);
        op += OP_BYTES; continue;
      }
      case 107: { // csrrci
        store<i32>(hart, budget - <i32>retiredBefore(op), LEFT);
        csrInstruction(hart, <u32>imm(op));
        if (outcome) return leave(hart, op, pageBase, budget, outcome);
        readTlb = load<usize>(hart, READ_TLB);
        writeTlb = load<usize>(hart, WRITE_TLB);
        op += OP_BYTES; continue;
      }
      case 108: { // fence.i
        if (several()) return leave(hart, op, pageBase, budget, SYSTEM);
        budget -= <i32>retiredBefore(op) + 1;
        next = pageBase + pageOffset(op) + 4;
        break;
      }
      case 109: { // sret
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 110: { // mret
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 111: { // wfi
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 112: { // sfence.vma
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 113: { // cbo.inval
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 114: { // cbo.clean
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 115: { // cbo.flush
        return leave(hart, op, pageBase, budget, SYSTEM);
      }
      case 116: { // cbo.zero
        if (!zeroBlock(hart, rs1(op))) return leave(hart, op, pageBase, budget, SYSTEM);
        op += OP_BYTES; continue;
      }
      case 117: { // add.uw
        setRd(op, <u64>(low32(rs1(op)) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 118: { // sh1add
        setRd(op, <u64>((rs1(op) << 1) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 119: { // sh2add
        setRd(op, <u64>((rs1(op) << 2) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 120: { // sh3add
        setRd(op, <u64>((rs1(op) << 3) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 121: { // sh1add.uw
        setRd(op, <u64>((low32(rs1(op)) << 1) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 122: { // sh2add.uw
        setRd(op, <u64>((low32(rs1(op)) << 2) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 123: { // sh3add.uw
        setRd(op, <u64>((low32(rs1(op)) << 3) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 124: { // slli.uw
        setRd(op, <u64>(low32(rs1(op)) << imm(op)));
        op += OP_BYTES; continue;
      }
      case 125: { // andn
        setRd(op, <u64>(rs1(op) & ~rs2(op)));
        op += OP_BYTES; continue;
      }
      case 126: { // orn
        setRd(op, <u64>(rs1(op) | ~rs2(op)));
        op += OP_BYTES; continue;
      }
      case 127: { // xnor
        setRd(op, <u64>(~(rs1(op) ^ rs2(op))));
        op += OP_BYTES; continue;
      }
      case 128: { // clz
        setRd(op, <u64>(clz(rs1(op))));
        op += OP_BYTES; continue;
      }
      case 129: { // clzw
        setRd(op, <u64>(clz(low32(rs1(op))) - 32));
        op += OP_BYTES; continue;
      }
      case 130: { // ctz
        setRd(op, <u64>(ctz(rs1(op))));
        op += OP_BYTES; continue;
      }
      case 131: { // ctzw
        setRd(op, <u64>(ctz(rs1(op) | 0x100000000)));
        op += OP_BYTES; continue;
      }
      case 132: { // cpop
        setRd(op, <u64>(popcnt(rs1(op))));
        op += OP_BYTES; continue;
      }
      case 133: { // cpopw
        setRd(op, <u64>(popcnt(low32(rs1(op)))));
        op += OP_BYTES; continue;
      }
      case 134: { // max
        setRd(op, <u64>(signed(rs1(op)) < signed(rs2(op)) ? rs2(op) : rs1(op)));
        op += OP_BYTES; continue;
      }
      case 135: { // maxu
        setRd(op, <u64>(rs1(op) < rs2(op) ? rs2(op) : rs1(op)));
        op += OP_BYTES; continue;
      }
      case 136: { // min
        setRd(op, <u64>(signed(rs1(op)) < signed(rs2(op)) ? rs1(op) : rs2(op)));
        op += OP_BYTES; continue;
      }
      case 137: { // minu
        setRd(op, <u64>(rs1(op) < rs2(op) ? rs1(op) : rs2(op)));
        op += OP_BYTES; continue;
      }
      case 138: { // sext.b
        setRd(op, <u64>(sext8(rs1(op))));
        op += OP_BYTES; continue;
      }
      case 139: { // sext.h
        setRd(op, <u64>(sext16(rs1(op))));
        op += OP_BYTES; continue;
      }
      case 140: { // zext.h
        setRd(op, <u64>(rs1(op) & 0xffff));
        op += OP_BYTES; continue;
      }
      case 141: { // rol
        setRd(op, <u64>(rotl<u64>(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 142: { // rolw
        setRd(op, <u64>(sext32(rotl<u32>(<u32>rs1(op), <u32>rs2(op)))));
        op += OP_BYTES; continue;
      }
      case 143: { // ror
        setRd(op, <u64>(rotr<u64>(rs1(op), rs2(op))));
        op += OP_BYTES; continue;
      }
      case 144: { // rori
        setRd(op, <u64>(rotr<u64>(rs1(op), imm(op))));
        op += OP_BYTES; continue;
      }
      case 145: { // roriw
        setRd(op, <u64>(sext32(rotr<u32>(<u32>rs1(op), <u32>imm(op)))));
        op += OP_BYTES; continue;
      }
      case 146: { // rorw
        setRd(op, <u64>(sext32(rotr<u32>(<u32>rs1(op), <u32>rs2(op)))));
        op += OP_BYTES; continue;
      }
      case 147: { // orc.b
        setRd(op, <u64>(orcb(rs1(op))));
        op += OP_BYTES; continue;
      }
      case 148: { // rev8
        setRd(op, <u64>(bswap(rs1(op))));
        op += OP_BYTES; continue;
      }
      case 149: { // bclr
        setRd(op, <u64>(rs1(op) & ~(<u64>1 << rs2(op))));
        op += OP_BYTES; continue;
      }
      case 150: { // bclri
        setRd(op, <u64>(rs1(op) & ~(<u64>1 << imm(op))));
        op += OP_BYTES; continue;
      }
      case 151: { // bext
        setRd(op, <u64>((rs1(op) >> rs2(op)) & 1));
        op += OP_BYTES; continue;
      }
      case 152: { // bexti
        setRd(op, <u64>((rs1(op) >> imm(op)) & 1));
        op += OP_BYTES; continue;
      }
      case 153: { // binv
        setRd(op, <u64>(rs1(op) ^ (<u64>1 << rs2(op))));
        op += OP_BYTES; continue;
      }
      case 154: { // binvi
        setRd(op, <u64>(rs1(op) ^ (<u64>1 << imm(op))));
        op += OP_BYTES; continue;
      }
      case 155: { // bset
        setRd(op, <u64>(rs1(op) | (<u64>1 << rs2(op))));
        op += OP_BYTES; continue;
      }
      case 156: { // bseti
        setRd(op, <u64>(rs1(op) | (<u64>1 << imm(op))));
        op += OP_BYTES; continue;
      }
      case 157: { // flw
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
          setFdSingle(op, <u32>(<u32>load<u32>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 4);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setFdSingle(op, <u32>(<u32>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 158: { // fsw
        if (!floatReadable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
          store<u32>(<usize>address + load<usize>(entry, 8), <u32>fs2(op));
        } else {
          storeSlowly(hart, address, 4, fs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 159: { // fmadd.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_fma(fs1_s(op), fs2_s(op), fs3_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 160: { // fmsub.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_fma(fs1_s(op), fs2_s(op), f32_negated(fs3_s(op)), rounding)));
        op += OP_BYTES; continue;
      }
      case 161: { // fnmsub.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_fma(f32_negated(fs1_s(op)), fs2_s(op), fs3_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 162: { // fnmadd.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_fma(f32_negated(fs1_s(op)), fs2_s(op), f32_negated(fs3_s(op)), rounding)));
        op += OP_BYTES; continue;
      }
      case 163: { // fadd.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_add(fs1_s(op), fs2_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 164: { // fsub.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_sub(fs1_s(op), fs2_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 165: { // fmul.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_mul(fs1_s(op), fs2_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 166: { // fdiv.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_div(fs1_s(op), fs2_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 167: { // fsqrt.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_sqrt(fs1_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 168: { // fsgnj.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_signed(fs1_s(op), fs2_s(op))));
        op += OP_BYTES; continue;
      }
      case 169: { // fsgnjn.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_signed(fs1_s(op), f32_negated(fs2_s(op)))));
        op += OP_BYTES; continue;
      }
      case 170: { // fsgnjx.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_signed(fs1_s(op), fs1_s(op) ^ fs2_s(op))));
        op += OP_BYTES; continue;
      }
      case 171: { // fmin.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_min(fs1_s(op), fs2_s(op))));
        op += OP_BYTES; continue;
      }
      case 172: { // fmax.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f32_max(fs1_s(op), fs2_s(op))));
        op += OP_BYTES; continue;
      }
      case 173: { // fle.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u32>f32_le(fs1_s(op), fs2_s(op))));
        op += OP_BYTES; continue;
      }
      case 174: { // flt.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u32>f32_lt(fs1_s(op), fs2_s(op))));
        op += OP_BYTES; continue;
      }
      case 175: { // feq.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u32>f32_eq(fs1_s(op), fs2_s(op))));
        op += OP_BYTES; continue;
      }
      case 176: { // fclass.s
        if (!floatReadable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u32>f32_class(fs1_s(op))));
        op += OP_BYTES; continue;
      }
      case 177: { // fcvt.w.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<i32>f32_to_i32(fs1_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 178: { // fcvt.s.w
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(i32_to_f32(<i32>rs1(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 179: { // fcvt.wu.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<i32>f32_to_u32(fs1_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 180: { // fcvt.s.wu
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(u32_to_f32(<u32>rs1(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 181: { // fcvt.l.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<i64>f32_to_i64(fs1_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 182: { // fcvt.s.l
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(i64_to_f32(<i64>rs1(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 183: { // fcvt.lu.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u64>f32_to_u64(fs1_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 184: { // fcvt.s.lu
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(u64_to_f32(<u64>rs1(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 185: { // fmv.x.w
        if (!floatReadable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<i32><i32>fs1_bits(op)));
        op += OP_BYTES; continue;
      }
      case 186: { // fmv.w.x
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(<u32>rs1(op)));
        op += OP_BYTES; continue;
      }
      case 187: { // fld
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setFdDouble(op, <u64>(<u64>load<u64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setFdDouble(op, <u64>(<u64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 188: { // fsd
        if (!floatReadable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          store<u64>(<usize>address + load<usize>(entry, 8), <u64>fs2(op));
        } else {
          storeSlowly(hart, address, 8, fs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 189: { // fmadd.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_fma(fs1_d(op), fs2_d(op), fs3_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 190: { // fmsub.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_fma(fs1_d(op), fs2_d(op), f64_negated(fs3_d(op)), rounding)));
        op += OP_BYTES; continue;
      }
      case 191: { // fnmsub.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_fma(f64_negated(fs1_d(op)), fs2_d(op), fs3_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 192: { // fnmadd.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_fma(f64_negated(fs1_d(op)), fs2_d(op), f64_negated(fs3_d(op)), rounding)));
        op += OP_BYTES; continue;
      }
      case 193: { // fadd.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_add(fs1_d(op), fs2_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 194: { // fsub.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_sub(fs1_d(op), fs2_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 195: { // fmul.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_mul(fs1_d(op), fs2_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 196: { // fdiv.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_div(fs1_d(op), fs2_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 197: { // fsqrt.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_sqrt(fs1_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 198: { // fsgnj.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_signed(fs1_d(op), fs2_d(op))));
        op += OP_BYTES; continue;
      }
      case 199: { // fsgnjn.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_signed(fs1_d(op), f64_negated(fs2_d(op)))));
        op += OP_BYTES; continue;
      }
      case 200: { // fsgnjx.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_signed(fs1_d(op), fs1_d(op) ^ fs2_d(op))));
        op += OP_BYTES; continue;
      }
      case 201: { // fmin.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_min(fs1_d(op), fs2_d(op))));
        op += OP_BYTES; continue;
      }
      case 202: { // fmax.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f64_max(fs1_d(op), fs2_d(op))));
        op += OP_BYTES; continue;
      }
      case 203: { // fle.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u32>f64_le(fs1_d(op), fs2_d(op))));
        op += OP_BYTES; continue;
      }
      case 204: { // flt.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u32>f64_lt(fs1_d(op), fs2_d(op))));
        op += OP_BYTES; continue;
      }
      case 205: { // feq.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u32>f64_eq(fs1_d(op), fs2_d(op))));
        op += OP_BYTES; continue;
      }
      case 206: { // fclass.d
        if (!floatReadable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u32>f64_class(fs1_d(op))));
        op += OP_BYTES; continue;
      }
      case 207: { // fcvt.w.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<i32>f64_to_i32(fs1_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 208: { // fcvt.d.w
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(i32_to_f64(<i32>rs1(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 209: { // fcvt.wu.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<i32>f64_to_u32(fs1_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 210: { // fcvt.d.wu
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(u32_to_f64(<u32>rs1(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 211: { // fcvt.l.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<i64>f64_to_i64(fs1_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 212: { // fcvt.d.l
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(i64_to_f64(<i64>rs1(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 213: { // fcvt.lu.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u64>f64_to_u64(fs1_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 214: { // fcvt.d.lu
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(u64_to_f64(<u64>rs1(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 215: { // fcvt.s.d
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdSingle(op, <u32>(f64_to_f32(fs1_d(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 216: { // fcvt.d.s
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        const rounding: u32 = roundingMode(hart, op);
        if (rounding > 4) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(f32_to_f64(fs1_s(op), rounding)));
        op += OP_BYTES; continue;
      }
      case 217: { // fmv.x.d
        if (!floatReadable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setRd(op, <u64>(<u64>fs1_bits(op)));
        op += OP_BYTES; continue;
      }
      case 218: { // fmv.d.x
        if (!floatWritable(hart)) return leave(hart, op, pageBase, budget, UNLAWFUL);
        setFdDouble(op, <u64>(rs1(op)));
        op += OP_BYTES; continue;
      }
      case 219: { // ld, addi
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + imm(op)));
        op += OP_BYTES; continue;
      }
      case 220: { // ld, beq
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        if (rs1(op) == rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 221: { // ld, bne
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 222: { // ld, ld
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 223: { // ld, li
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, imm(op));
        op += OP_BYTES; continue;
      }
      case 224: { // ld, mv
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, rs1(op));
        op += OP_BYTES; continue;
      }
      case 225: { // ld, srli
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) >> imm(op)));
        op += OP_BYTES; continue;
      }
      case 226: { // ld, addi, ret
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        next = rs1(op) & ~1;
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 227: { // ld, andi, bne
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          setRd(op, <u64>(rs1(op) & imm(op)));
        }
        op += OP_BYTES;
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 228: { // ld, ld, ld
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 229: { // ld, ld, addi, ret
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        next = rs1(op) & ~1;
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 230: { // ld, ld, ld, ld
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 231: { // mv, beq
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        if (rs1(op) == rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 232: { // mv, bne
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 233: { // mv, ld
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 234: { // mv, mv
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        setRd(op, rs1(op));
        op += OP_BYTES; continue;
      }
      case 235: { // mv, auipc, jalr
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        {
          setRd(op, <u64>(pageBase + imm(op)));
        }
        op += OP_BYTES;
        next = (rs1(op) + imm(op)) & ~1;
        setRd(op, pageBase + linkOffset(op));
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 236: { // mv, mv, mv
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        setRd(op, rs1(op));
        op += OP_BYTES; continue;
      }
      case 237: { // mv, ld, addi, ret
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        next = rs1(op) & ~1;
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 238: { // mv, mv, auipc, jalr
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        {
          setRd(op, rs1(op));
        }
        op += OP_BYTES;
        {
          setRd(op, <u64>(pageBase + imm(op)));
        }
        op += OP_BYTES;
        next = (rs1(op) + imm(op)) & ~1;
        setRd(op, pageBase + linkOffset(op));
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 239: { // addi, bne
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 240: { // addi, li
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        setRd(op, imm(op));
        op += OP_BYTES; continue;
      }
      case 241: { // addi, ret
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        next = rs1(op) & ~1;
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 242: { // addi, sd
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
        } else {
          storeSlowly(hart, address, 8, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 243: { // addi, sd, sd
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
        } else {
          storeSlowly(hart, address, 8, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 244: { // addi, sd, sd, addi
        {
          setRd(op, <u64>(rs1(op) + imm(op)));
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + imm(op)));
        op += OP_BYTES; continue;
      }
      case 245: { // li, add
        {
          setRd(op, imm(op));
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 246: { // li, addi
        {
          setRd(op, imm(op));
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + imm(op)));
        op += OP_BYTES; continue;
      }
      case 247: { // li, beq
        {
          setRd(op, imm(op));
        }
        op += OP_BYTES;
        if (rs1(op) == rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 248: { // li, bltu
        {
          setRd(op, imm(op));
        }
        op += OP_BYTES;
        if (rs1(op) < rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 249: { // li, bne
        {
          setRd(op, imm(op));
        }
        op += OP_BYTES;
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 250: { // li, li
        {
          setRd(op, imm(op));
        }
        op += OP_BYTES;
        setRd(op, imm(op));
        op += OP_BYTES; continue;
      }
      case 251: { // lw, addiw
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
            setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 4);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i32>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, <u64>(sext32(rs1(op) + imm(op))));
        op += OP_BYTES; continue;
      }
      case 252: { // lw, beq
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
            setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 4);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i32>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        if (rs1(op) == rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 253: { // lw, ld
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
            setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 4);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i32>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 254: { // lw, li
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
            setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 4);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i32>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, imm(op));
        op += OP_BYTES; continue;
      }
      case 255: { // lw, lw
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
            setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 4);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i32>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
          setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 4);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i32>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 256: { // lw, auipc, addi
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
            setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 4);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i32>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          setRd(op, <u64>(pageBase + imm(op)));
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + imm(op)));
        op += OP_BYTES; continue;
      }
      case 257: { // sd, addi
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + imm(op)));
        op += OP_BYTES; continue;
      }
      case 258: { // sd, ld
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 259: { // sd, li
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, imm(op));
        op += OP_BYTES; continue;
      }
      case 260: { // sd, sd
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
        } else {
          storeSlowly(hart, address, 8, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 261: { // sd, sd, sd
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
        } else {
          storeSlowly(hart, address, 8, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 262: { // sd, sd, sd, sd
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
          } else {
            storeSlowly(hart, address, 8, rs2(op));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          store<u64>(<usize>address + load<usize>(entry, 8), <u64>rs2(op));
        } else {
          storeSlowly(hart, address, 8, rs2(op));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 263: { // auipc, addi
        {
          setRd(op, <u64>(pageBase + imm(op)));
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + imm(op)));
        op += OP_BYTES; continue;
      }
      case 264: { // auipc, jalr
        {
          setRd(op, <u64>(pageBase + imm(op)));
        }
        op += OP_BYTES;
        next = (rs1(op) + imm(op)) & ~1;
        setRd(op, pageBase + linkOffset(op));
        budget -= <i32>retiredBefore(op) + 1;
        break;
      }
      case 265: { // auipc, lbu
        {
          setRd(op, <u64>(pageBase + imm(op)));
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f000)) {
          setRd(op, <u64>(<u8>load<u8>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 1);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<u8>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 266: { // auipc, ld
        {
          setRd(op, <u64>(pageBase + imm(op)));
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 267: { // auipc, ld, ld
        {
          setRd(op, <u64>(pageBase + imm(op)));
        }
        op += OP_BYTES;
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
            setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 8);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<i64>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 268: { // add, add
        {
          setRd(op, <u64>(rs1(op) + rs2(op)));
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 269: { // add, lbu
        {
          setRd(op, <u64>(rs1(op) + rs2(op)));
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f000)) {
          setRd(op, <u64>(<u8>load<u8>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 1);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<u8>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 270: { // add, ld
        {
          setRd(op, <u64>(rs1(op) + rs2(op)));
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 271: { // add, lw
        {
          setRd(op, <u64>(rs1(op) + rs2(op)));
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f003)) {
          setRd(op, <u64>(<i32>load<i32>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 4);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i32>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 272: { // slli, add
        {
          setRd(op, <u64>(rs1(op) << imm(op)));
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + rs2(op)));
        op += OP_BYTES; continue;
      }
      case 273: { // slli, li
        {
          setRd(op, <u64>(rs1(op) << imm(op)));
        }
        op += OP_BYTES;
        setRd(op, imm(op));
        op += OP_BYTES; continue;
      }
      case 274: { // slli, srli
        {
          setRd(op, <u64>(rs1(op) << imm(op)));
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) >> imm(op)));
        op += OP_BYTES; continue;
      }
      case 275: { // slli, add, ld
        {
          setRd(op, <u64>(rs1(op) << imm(op)));
        }
        op += OP_BYTES;
        {
          setRd(op, <u64>(rs1(op) + rs2(op)));
        }
        op += OP_BYTES;
        const address: u64 = rs1(op) + imm(op);
        const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
        if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f007)) {
          setRd(op, <u64>(<i64>load<i64>(<usize>address + load<usize>(entry, 8))));
        } else {
          const value: u64 = loadSlowly(hart, address, 8);
          if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
          setRd(op, <u64>(<i64>value));
          if (outcome) return leave(hart, op, pageBase, budget, outcome);
        }
        op += OP_BYTES; continue;
      }
      case 276: { // andi, beq
        {
          setRd(op, <u64>(rs1(op) & imm(op)));
        }
        op += OP_BYTES;
        if (rs1(op) == rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 277: { // andi, bne
        {
          setRd(op, <u64>(rs1(op) & imm(op)));
        }
        op += OP_BYTES;
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 278: { // addiw, beq
        {
          setRd(op, <u64>(sext32(rs1(op) + imm(op))));
        }
        op += OP_BYTES;
        if (rs1(op) == rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      case 279: { // addw, addw
        {
          setRd(op, <u64>(sext32(rs1(op) + rs2(op))));
        }
        op += OP_BYTES;
        setRd(op, <u64>(sext32(rs1(op) + rs2(op))));
        op += OP_BYTES; continue;
      }
      case 280: { // lbu, addi
        {
          const address: u64 = rs1(op) + imm(op);
          const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);
          if (load<u64>(entry) == (address & 0xffff_ffff_ffff_f000)) {
            setRd(op, <u64>(<u8>load<u8>(<usize>address + load<usize>(entry, 8))));
          } else {
            const value: u64 = loadSlowly(hart, address, 1);
            if (outcome == FAULTED) return leave(hart, op, pageBase, budget, outcome);
            setRd(op, <u64>(<u8>value));
            if (outcome) return leave(hart, op, pageBase, budget, outcome);
          }
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) + imm(op)));
        op += OP_BYTES; continue;
      }
      case 281: { // or, or
        {
          setRd(op, <u64>(rs1(op) | rs2(op)));
        }
        op += OP_BYTES;
        setRd(op, <u64>(rs1(op) | rs2(op)));
        op += OP_BYTES; continue;
      }
      case 282: { // xor, li, bne
        {
          setRd(op, <u64>(rs1(op) ^ rs2(op)));
        }
        op += OP_BYTES;
        {
          setRd(op, imm(op));
        }
        op += OP_BYTES;
        if (rs1(op) != rs2(op)) {
          budget -= <i32>retiredBefore(op) + 1;
          const block: usize = load<usize>(table + <usize>imm(op));
          if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);
          op = block; continue;
        }
        op += OP_BYTES; continue;
      }
      default:
        return leave(hart, op, pageBase, budget, UNLAWFUL);
    }
    // A jump: `next` is its target.
    if (budget <= 0) return leaveTo(hart, next, budget);
    const page: u64 = next & ~0xfff;
    if (page != pageBase) {
      const entry: usize = fetchTlb + ((<usize>next >>> 8) & 0xff0);
      if (load<u64>(entry) != page) return leaveTo(hart, next, budget);
      pageBase = page;
      table = load<usize>(entry, 8);
    }
    op = load<usize>(table + ((<usize>next & 0xffe) << 1));
    if (op == 0) return leaveTo(hart, next, budget);
  }
}
