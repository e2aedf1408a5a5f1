import * as L from '../layout';
import * as N from './numbers';
import { flags } from '../softfloat/index';
import { readCounter } from '../hart/counters';
import { mip, now } from '../interrupts/pending';
import { readPmpaddr, readPmpcfg } from '../memory/pmp';
import { readMstatus, readSstatus } from './status';

/** MXL = 64 bits; A B C D F I M S U. */
const MISA: u64 = 0x8000_0000_0014_112f;

/** Whether the register that was read last exists. */
export let exists: bool = true;

export function readCsr(hart: usize, csr: u32): u64 {
  exists = true;
  switch (csr) {
    case N.FFLAGS:
      return <u64>(flags & 31);
    case N.FRM:
      return <u64>load<u32>(hart, L.FRM);
    case N.FCSR:
      return <u64>((load<u32>(hart, L.FRM) << 5) | (flags & 31));
    case N.SSTATUS:
      return readSstatus(hart);
    case N.SIE:
      return <u64>load<u32>(hart, L.MIE) & load<u64>(hart, L.MIDELEG);
    case N.STVEC:
      return load<u64>(hart, L.STVEC);
    case N.SCOUNTEREN:
      return load<u64>(hart, L.SCOUNTEREN);
    case N.SENVCFG:
      return load<u64>(hart, L.SENVCFG);
    case N.SSCRATCH:
      return load<u64>(hart, L.SSCRATCH);
    case N.SEPC:
      return load<u64>(hart, L.SEPC);
    case N.SCAUSE:
      return load<u64>(hart, L.SCAUSE);
    case N.STVAL:
      return load<u64>(hart, L.STVAL);
    case N.SIP:
      return <u64>mip(hart) & load<u64>(hart, L.MIDELEG);
    case N.STIMECMP:
      return load<u64>(hart, L.STIMECMP);
    case N.SATP:
      return load<u64>(hart, L.SATP);
    case N.CYCLE:
    case N.MCYCLE:
      return readCounter(hart, L.MCYCLE_OFFSET);
    case N.INSTRET:
    case N.MINSTRET:
      return readCounter(hart, L.MINSTRET_OFFSET);
    case N.TIME:
      return now();
    default:
      return readMachine(hart, csr);
  }
}

function readMachine(hart: usize, csr: u32): u64 {
  switch (csr) {
    case N.MSTATUS:
      return readMstatus(hart);
    case N.MISA:
      return MISA;
    case N.MEDELEG:
      return load<u64>(hart, L.MEDELEG);
    case N.MIDELEG:
      return load<u64>(hart, L.MIDELEG);
    case N.MIE:
      return <u64>load<u32>(hart, L.MIE);
    case N.MTVEC:
      return load<u64>(hart, L.MTVEC);
    case N.MCOUNTEREN:
      return load<u64>(hart, L.MCOUNTEREN);
    case N.MENVCFG:
      return load<u64>(hart, L.MENVCFG);
    case N.MCOUNTINHIBIT:
      return load<u64>(hart, L.MCOUNTINHIBIT);
    case N.MSCRATCH:
      return load<u64>(hart, L.MSCRATCH);
    case N.MEPC:
      return load<u64>(hart, L.MEPC);
    case N.MCAUSE:
      return load<u64>(hart, L.MCAUSE);
    case N.MTVAL:
      return load<u64>(hart, L.MTVAL);
    case N.MIP:
      return <u64>mip(hart);
    case N.MHARTID:
      return <u64>load<u32>(hart, L.ID);
    default:
      return readBlock(hart, csr);
  }
}

/** Registers that come in rows; those that only ever read as zero. */
function readBlock(hart: usize, csr: u32): u64 {
  if (csr >= N.PMPADDR0 && csr <= N.PMPADDR63) return readPmpaddr(hart, csr - N.PMPADDR0);
  if (csr >= N.PMPCFG0 && csr <= N.PMPCFG15) {
    // "On RV64, the odd-numbered configuration registers are illegal."
    if (csr & 1) exists = false;
    return readPmpcfg(hart, csr - N.PMPCFG0);
  }
  exists = isZero(csr);
  return 0;
}

function isZero(csr: u32): bool {
  return (
    (csr >= N.MHPMCOUNTER3 && csr <= N.MHPMCOUNTER31) ||
    (csr > N.INSTRET && csr <= N.HPMCOUNTER31) ||
    (csr >= N.MHPMEVENT3 && csr <= N.MHPMEVENT31) ||
    (csr >= N.TSELECT && csr <= N.TCONTROL) ||
    (csr >= N.MVENDORID && csr <= N.MCONFIGPTR)
  );
}
