import { instructions } from './instruction.ts';

/** "M" Extension for Integer Multiplication and Division. */
export const RV64M = instructions('m', [
  ['mul', 'R', '0000001 ..... ..... 000 ..... 0110011', 'rd = rs1 * rs2'],
  ['mulh', 'R', '0000001 ..... ..... 001 ..... 0110011', 'rd = mulh(rs1, rs2)'],
  ['mulhsu', 'R', '0000001 ..... ..... 010 ..... 0110011', 'rd = mulhsu(rs1, rs2)'],
  ['mulhu', 'R', '0000001 ..... ..... 011 ..... 0110011', 'rd = mulhu(rs1, rs2)'],
  ['div', 'R', '0000001 ..... ..... 100 ..... 0110011', 'rd = div(rs1, rs2)'],
  ['divu', 'R', '0000001 ..... ..... 101 ..... 0110011', 'rd = divu(rs1, rs2)'],
  ['rem', 'R', '0000001 ..... ..... 110 ..... 0110011', 'rd = rem(rs1, rs2)'],
  ['remu', 'R', '0000001 ..... ..... 111 ..... 0110011', 'rd = remu(rs1, rs2)'],
  ['mulw', 'R', '0000001 ..... ..... 000 ..... 0111011', 'rd = sext32(rs1 * rs2)'],
  ['divw', 'R', '0000001 ..... ..... 100 ..... 0111011', 'rd = sext32(div(sext32(rs1), sext32(rs2)))'],
  ['divuw', 'R', '0000001 ..... ..... 101 ..... 0111011', 'rd = sext32(divu(low32(rs1), low32(rs2)))'],
  ['remw', 'R', '0000001 ..... ..... 110 ..... 0111011', 'rd = sext32(rem(sext32(rs1), sext32(rs2)))'],
  ['remuw', 'R', '0000001 ..... ..... 111 ..... 0111011', 'rd = sext32(remu(low32(rs1), low32(rs2)))'],
]);
