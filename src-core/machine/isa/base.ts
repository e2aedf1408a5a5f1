import { instructions } from './instruction.ts';

/** "RV32I/RV64I Base Integer Instruction Set". */
export const RV64I = instructions('i', [
  ['lui', 'U', '.................... ..... 0110111', 'rd = imm'],
  ['auipc', 'U', '.................... ..... 0010111', 'rd = pc + imm'],
  ['jal', 'J', '.................... ..... 1101111', 'jump: rd = next; goto pc + imm'],
  ['jalr', 'jalr', '............ ..... 000 ..... 1100111', 'jump: rd = next; goto (rs1 + imm) & ~1'],
  ['beq', 'B', '....... ..... ..... 000 ..... 1100011', 'if (rs1 == rs2) goto pc + imm'],
  ['bne', 'B', '....... ..... ..... 001 ..... 1100011', 'if (rs1 != rs2) goto pc + imm'],
  ['blt', 'B', '....... ..... ..... 100 ..... 1100011', 'if (signed(rs1) < signed(rs2)) goto pc + imm'],
  ['bge', 'B', '....... ..... ..... 101 ..... 1100011', 'if (signed(rs1) >= signed(rs2)) goto pc + imm'],
  ['bltu', 'B', '....... ..... ..... 110 ..... 1100011', 'if (rs1 < rs2) goto pc + imm'],
  ['bgeu', 'B', '....... ..... ..... 111 ..... 1100011', 'if (rs1 >= rs2) goto pc + imm'],
  ['lb', 'load', '............ ..... 000 ..... 0000011', 'rd = load(i8, rs1 + imm)'],
  ['lh', 'load', '............ ..... 001 ..... 0000011', 'rd = load(i16, rs1 + imm)'],
  ['lw', 'load', '............ ..... 010 ..... 0000011', 'rd = load(i32, rs1 + imm)'],
  ['ld', 'load', '............ ..... 011 ..... 0000011', 'rd = load(i64, rs1 + imm)'],
  ['lbu', 'load', '............ ..... 100 ..... 0000011', 'rd = load(u8, rs1 + imm)'],
  ['lhu', 'load', '............ ..... 101 ..... 0000011', 'rd = load(u16, rs1 + imm)'],
  ['lwu', 'load', '............ ..... 110 ..... 0000011', 'rd = load(u32, rs1 + imm)'],
  ['sb', 'S', '....... ..... ..... 000 ..... 0100011', 'store(u8, rs1 + imm, rs2)'],
  ['sh', 'S', '....... ..... ..... 001 ..... 0100011', 'store(u16, rs1 + imm, rs2)'],
  ['sw', 'S', '....... ..... ..... 010 ..... 0100011', 'store(u32, rs1 + imm, rs2)'],
  ['sd', 'S', '....... ..... ..... 011 ..... 0100011', 'store(u64, rs1 + imm, rs2)'],
  ['addi', 'I', '............ ..... 000 ..... 0010011', 'rd = rs1 + imm'],
  ['slti', 'I', '............ ..... 010 ..... 0010011', 'rd = signed(rs1) < signed(imm)'],
  ['sltiu', 'I', '............ ..... 011 ..... 0010011', 'rd = rs1 < imm'],
  ['xori', 'I', '............ ..... 100 ..... 0010011', 'rd = rs1 ^ imm'],
  ['ori', 'I', '............ ..... 110 ..... 0010011', 'rd = rs1 | imm'],
  ['andi', 'I', '............ ..... 111 ..... 0010011', 'rd = rs1 & imm'],
  ['slli', 'shamt6', '000000 ...... ..... 001 ..... 0010011', 'rd = rs1 << imm'],
  ['srli', 'shamt6', '000000 ...... ..... 101 ..... 0010011', 'rd = rs1 >> imm'],
  ['srai', 'shamt6', '010000 ...... ..... 101 ..... 0010011', 'rd = signed(rs1) >> signed(imm)'],
  ['add', 'R', '0000000 ..... ..... 000 ..... 0110011', 'rd = rs1 + rs2'],
  ['sub', 'R', '0100000 ..... ..... 000 ..... 0110011', 'rd = rs1 - rs2'],
  ['sll', 'R', '0000000 ..... ..... 001 ..... 0110011', 'rd = rs1 << rs2'],
  ['slt', 'R', '0000000 ..... ..... 010 ..... 0110011', 'rd = signed(rs1) < signed(rs2)'],
  ['sltu', 'R', '0000000 ..... ..... 011 ..... 0110011', 'rd = rs1 < rs2'],
  ['xor', 'R', '0000000 ..... ..... 100 ..... 0110011', 'rd = rs1 ^ rs2'],
  ['srl', 'R', '0000000 ..... ..... 101 ..... 0110011', 'rd = rs1 >> rs2'],
  ['sra', 'R', '0100000 ..... ..... 101 ..... 0110011', 'rd = signed(rs1) >> signed(rs2)'],
  ['or', 'R', '0000000 ..... ..... 110 ..... 0110011', 'rd = rs1 | rs2'],
  ['and', 'R', '0000000 ..... ..... 111 ..... 0110011', 'rd = rs1 & rs2'],
  ['addiw', 'I', '............ ..... 000 ..... 0011011', 'rd = sext32(rs1 + imm)'],
  ['slliw', 'shamt5', '0000000 ..... ..... 001 ..... 0011011', 'rd = sext32(rs1 << imm)'],
  ['srliw', 'shamt5', '0000000 ..... ..... 101 ..... 0011011', 'rd = sext32(low32(rs1) >> imm)'],
  ['sraiw', 'shamt5', '0100000 ..... ..... 101 ..... 0011011', 'rd = signed(sext32(rs1)) >> signed(imm)'],
  ['addw', 'R', '0000000 ..... ..... 000 ..... 0111011', 'rd = sext32(rs1 + rs2)'],
  ['subw', 'R', '0100000 ..... ..... 000 ..... 0111011', 'rd = sext32(rs1 - rs2)'],
  ['sllw', 'R', '0000000 ..... ..... 001 ..... 0111011', 'rd = sext32(rs1 << (rs2 & 31))'],
  ['srlw', 'R', '0000000 ..... ..... 101 ..... 0111011', 'rd = sext32(low32(rs1) >> (rs2 & 31))'],
  ['sraw', 'R', '0100000 ..... ..... 101 ..... 0111011', 'rd = signed(sext32(rs1)) >> signed(rs2 & 31)'],
  ['fence', 'none', '............ ..... 000 ..... 0001111', 'fence: other harts see what comes before it first'],
  ['ecall', 'none', '0000000 00000 00000 000 00000 1110011', 'system: raise environment-call'],
  ['ebreak', 'none', '0000000 00001 00000 000 00000 1110011', 'system: raise breakpoint'],
]);

/** "Zifencei", "Zicsr". */
export const ZIFENCEI = instructions('zifencei', [
  ['fence.i', 'none', '............ ..... 001 ..... 0001111', 'system: fetches see all earlier stores'],
]);

export const ZICSR = instructions('zicsr', [
  ['csrrw', 'csr', '............ ..... 001 ..... 1110011', 'csr: rd = csr; csr = rs1'],
  ['csrrs', 'csr', '............ ..... 010 ..... 1110011', 'csr: rd = csr; csr = csr | rs1'],
  ['csrrc', 'csr', '............ ..... 011 ..... 1110011', 'csr: rd = csr; csr = csr & ~rs1'],
  ['csrrwi', 'csri', '............ ..... 101 ..... 1110011', 'csr: rd = csr; csr = imm'],
  ['csrrsi', 'csri', '............ ..... 110 ..... 1110011', 'csr: rd = csr; csr = csr | imm'],
  ['csrrci', 'csri', '............ ..... 111 ..... 1110011', 'csr: rd = csr; csr = csr & ~imm'],
]);

/** Privileged architecture: "Trap-Return Instructions", "Wait for Interrupt", "Supervisor Memory-Management Fence". */
export const PRIVILEGED = instructions('s', [
  ['sret', 'none', '0001000 00010 00000 000 00000 1110011', 'system: return from a trap in S-mode'],
  ['mret', 'none', '0011000 00010 00000 000 00000 1110011', 'system: return from a trap in M-mode'],
  ['wfi', 'none', '0001000 00101 00000 000 00000 1110011', 'system: wait for an interrupt'],
  ['sfence.vma', 'sfence', '0001001 ..... ..... 000 00000 1110011', 'system: forget translations of rs1 in rs2'],
]);

/** "Cache-Management Operations": there is no cache, so clean and flush only check the address. */
export const CMO = instructions('zicbom', [
  ['cbo.inval', 'cbo', '000000000000 ..... 010 00000 0001111', 'system: invalidate the block at rs1'],
  ['cbo.clean', 'cbo', '000000000001 ..... 010 00000 0001111', 'system: clean the block at rs1'],
  ['cbo.flush', 'cbo', '000000000010 ..... 010 00000 0001111', 'system: flush the block at rs1'],
  ['cbo.zero', 'cbo', '000000000100 ..... 010 00000 0001111', 'zero: fill the block at rs1 with zero'],
]);
