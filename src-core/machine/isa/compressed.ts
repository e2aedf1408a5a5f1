import { instructions } from './instruction.ts';

/**
 * "C" Extension for Compressed Instructions, RV64. Where two patterns overlap the earlier row wins. Encodings that are
 * reserved because an operand is zero are refused when the operands are taken (core/decode).
 */
export const RV64C = instructions('c', [
  ['c.addi4spn', 'CIW', '000 ........... 00', 'as addi'],
  ['c.fld', 'CL.fd', '001 ........... 00', 'as fld'],
  ['c.lw', 'CL.w', '010 ........... 00', 'as lw'],
  ['c.ld', 'CL.d', '011 ........... 00', 'as ld'],
  ['c.fsd', 'CS.fd', '101 ........... 00', 'as fsd'],
  ['c.sw', 'CS.w', '110 ........... 00', 'as sw'],
  ['c.sd', 'CS.d', '111 ........... 00', 'as sd'],
  ['c.addi', 'CI', '000 ........... 01', 'as addi'],
  ['c.addiw', 'CI.w', '001 ........... 01', 'as addiw'],
  ['c.li', 'CI.li', '010 ........... 01', 'as addi'],
  ['c.addi16sp', 'CI.sp16', '011 . 00010 ..... 01', 'as addi'],
  ['c.lui', 'CI.lui', '011 ........... 01', 'as lui'],
  ['c.srli', 'CB.sh', '100 . 00 ........ 01', 'as srli'],
  ['c.srai', 'CB.sh', '100 . 01 ........ 01', 'as srai'],
  ['c.andi', 'CB.i', '100 . 10 ........ 01', 'as andi'],
  ['c.sub', 'CA', '100 0 11 ... 00 ... 01', 'as sub'],
  ['c.xor', 'CA', '100 0 11 ... 01 ... 01', 'as xor'],
  ['c.or', 'CA', '100 0 11 ... 10 ... 01', 'as or'],
  ['c.and', 'CA', '100 0 11 ... 11 ... 01', 'as and'],
  ['c.subw', 'CA', '100 1 11 ... 00 ... 01', 'as subw'],
  ['c.addw', 'CA', '100 1 11 ... 01 ... 01', 'as addw'],
  ['c.j', 'CJ', '101 ........... 01', 'as jal'],
  ['c.beqz', 'CB', '110 ........... 01', 'as beq'],
  ['c.bnez', 'CB', '111 ........... 01', 'as bne'],
  ['c.slli', 'CI.sh', '000 ........... 10', 'as slli'],
  ['c.fldsp', 'CI.fldsp', '001 ........... 10', 'as fld'],
  ['c.lwsp', 'CI.lwsp', '010 ........... 10', 'as lw'],
  ['c.ldsp', 'CI.ldsp', '011 ........... 10', 'as ld'],
  ['c.jr', 'CR.j', '100 0 ..... 00000 10', 'as jalr'],
  ['c.mv', 'CR.mv', '100 0 ..... ..... 10', 'as add'],
  ['c.ebreak', 'CN', '100 1 00000 00000 10', 'as ebreak'],
  ['c.jalr', 'CR.jal', '100 1 ..... 00000 10', 'as jalr'],
  ['c.add', 'CR.add', '100 1 ..... ..... 10', 'as add'],
  ['c.fsdsp', 'CSS.fd', '101 ........... 10', 'as fsd'],
  ['c.swsp', 'CSS.w', '110 ........... 10', 'as sw'],
  ['c.sdsp', 'CSS.d', '111 ........... 10', 'as sd'],
]);
