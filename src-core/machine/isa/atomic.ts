import { type Instruction, type Row, instructions } from './instruction.ts';

const OPERATIONS = [
  ['amoadd', '00000', 'add'],
  ['amoswap', '00001', 'xchg'],
  ['amoxor', '00100', 'xor'],
  ['amoor', '01000', 'or'],
  ['amoand', '01100', 'and'],
  ['amomin', '10000', 'min'],
  ['amomax', '10100', 'max'],
  ['amominu', '11000', 'minu'],
  ['amomaxu', '11100', 'maxu'],
] as const;

function rowsOf(suffix: 'w' | 'd', funct3: string, type: string): Row[] {
  return [
    [`lr.${suffix}`, 'lr', `00010 .. 00000 ..... ${funct3} ..... 0101111`, `lr(${type}, rs1)`],
    [`sc.${suffix}`, 'amo', `00011 .. ..... ..... ${funct3} ..... 0101111`, `sc(${type}, rs1, rs2)`],
    ...OPERATIONS.map(([name, funct5, operation]): Row => [
      `${name}.${suffix}`,
      'amo',
      `${funct5} .. ..... ..... ${funct3} ..... 0101111`,
      `amo(${type}, ${operation}, rs1, rs2)`,
    ]),
  ];
}

/** "A" Extension for Atomic Instructions: Zalrsc and Zaamo. */
export const RV64A: Instruction[] = instructions('a', [...rowsOf('w', '010', 'i32'), ...rowsOf('d', '011', 'i64')]);
