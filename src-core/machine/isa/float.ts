import { type Instruction, type Row, instructions } from './instruction.ts';

/**
 * "F" and "D" differ in the format field, the width and the boxing of single-precision values: one list of rows gives
 * both. In `does`, `.t` becomes `.s` or `.d`, and T the name of the arithmetic in core/softfloat.
 */
function rowsOf(suffix: 's' | 'd'): Row[] {
  const fmt = suffix === 's' ? '00' : '01';
  const arithmetic = suffix === 's' ? 'f32' : 'f64';
  const row = (name: string, format: Row[1], pattern: string, does: string): Row => [
    name,
    format,
    pattern.replace('FF', fmt),
    does.replaceAll('.t', `.${suffix}`).replaceAll('T_', `${arithmetic}_`).replaceAll('_T', `_${arithmetic}`),
  ];
  const computed = (name: string, funct5: string, does: string): Row =>
    row(`${name}.${suffix}`, 'fR', `${funct5} FF ..... ..... ... ..... 1010011`, does);
  const chosen = (name: string, format: Row[1], funct5: string, funct3: string, does: string): Row =>
    row(`${name}.${suffix}`, format, `${funct5} FF ..... ..... ${funct3} ..... 1010011`, does);
  const fused = (name: string, opcode: string, does: string): Row =>
    row(`${name}.${suffix}`, 'fR4', `..... FF ..... ..... ... ..... ${opcode}`, does);
  const converted = (kind: string, rs2: string): Row[] => {
    const type = { w: 'i32', wu: 'u32', l: 'i64', lu: 'u64' }[kind] ?? '';
    // Results of 32 bits are sign-extended, unsigned ones too.
    const seen = type.replace('u32', 'i32');
    return [
      row(
        `fcvt.${kind}.${suffix}`,
        'f2x',
        `11000 FF ${rs2} ..... ... ..... 1010011`,
        `rd = ${seen}: T_to_${type}(fs1.t, rm)`,
      ),
      row(
        `fcvt.${suffix}.${kind}`,
        'x2f',
        `11010 FF ${rs2} ..... ... ..... 1010011`,
        `fd.t = ${type}_to_T(<${type}>rs1, rm)`,
      ),
    ];
  };
  return [
    fused('fmadd', '1000011', 'fd.t = T_fma(fs1.t, fs2.t, fs3.t, rm)'),
    fused('fmsub', '1000111', 'fd.t = T_fma(fs1.t, fs2.t, T_negated(fs3.t), rm)'),
    fused('fnmsub', '1001011', 'fd.t = T_fma(T_negated(fs1.t), fs2.t, fs3.t, rm)'),
    fused('fnmadd', '1001111', 'fd.t = T_fma(T_negated(fs1.t), fs2.t, T_negated(fs3.t), rm)'),
    computed('fadd', '00000', 'fd.t = T_add(fs1.t, fs2.t, rm)'),
    computed('fsub', '00001', 'fd.t = T_sub(fs1.t, fs2.t, rm)'),
    computed('fmul', '00010', 'fd.t = T_mul(fs1.t, fs2.t, rm)'),
    computed('fdiv', '00011', 'fd.t = T_div(fs1.t, fs2.t, rm)'),
    row(`fsqrt.${suffix}`, 'fR1', '01011 FF 00000 ..... ... ..... 1010011', 'fd.t = T_sqrt(fs1.t, rm)'),
    chosen('fsgnj', 'fR', '00100', '000', 'fd.t = T_signed(fs1.t, fs2.t)'),
    chosen('fsgnjn', 'fR', '00100', '001', 'fd.t = T_signed(fs1.t, T_negated(fs2.t))'),
    chosen('fsgnjx', 'fR', '00100', '010', 'fd.t = T_signed(fs1.t, fs1.t ^ fs2.t)'),
    chosen('fmin', 'fR', '00101', '000', 'fd.t = T_min(fs1.t, fs2.t)'),
    chosen('fmax', 'fR', '00101', '001', 'fd.t = T_max(fs1.t, fs2.t)'),
    chosen('fle', 'fcmp', '10100', '000', 'rd = u32: T_le(fs1.t, fs2.t)'),
    chosen('flt', 'fcmp', '10100', '001', 'rd = u32: T_lt(fs1.t, fs2.t)'),
    chosen('feq', 'fcmp', '10100', '010', 'rd = u32: T_eq(fs1.t, fs2.t)'),
    row(`fclass.${suffix}`, 'f2x', '11100 FF 00000 ..... 001 ..... 1010011', 'rd = u32: T_class(fs1.t)'),
    ...converted('w', '00000'),
    ...converted('wu', '00001'),
    ...converted('l', '00010'),
    ...converted('lu', '00011'),
  ];
}

/** "F" Extension for Single-Precision Floating-Point. */
export const RV64F: Instruction[] = instructions('f', [
  ['flw', 'fload', '............ ..... 010 ..... 0000111', 'fd.s = load(u32, rs1 + imm)'],
  ['fsw', 'fstore', '....... ..... ..... 010 ..... 0100111', 'store(u32, rs1 + imm, fs2)'],
  ...rowsOf('s'),
  ['fmv.x.w', 'f2x', '1110000 00000 ..... 000 ..... 1010011', 'rd = i32: <i32>fs1.bits'],
  ['fmv.w.x', 'x2f', '1111000 00000 ..... 000 ..... 1010011', 'fd.s = <u32>rs1'],
]);

/** "D" Extension for Double-Precision Floating-Point. */
export const RV64D: Instruction[] = instructions('d', [
  ['fld', 'fload', '............ ..... 011 ..... 0000111', 'fd.d = load(u64, rs1 + imm)'],
  ['fsd', 'fstore', '....... ..... ..... 011 ..... 0100111', 'store(u64, rs1 + imm, fs2)'],
  ...rowsOf('d'),
  ['fcvt.s.d', 'fR1', '0100000 00001 ..... ... ..... 1010011', 'fd.s = f64_to_f32(fs1.d, rm)'],
  ['fcvt.d.s', 'fR1', '0100001 00000 ..... ... ..... 1010011', 'fd.d = f32_to_f64(fs1.s, rm)'],
  ['fmv.x.d', 'f2x', '1110001 00000 ..... 000 ..... 1010011', 'rd = u64: fs1.bits'],
  ['fmv.d.x', 'x2f', '1111001 00000 ..... 000 ..... 1010011', 'fd.d = rs1'],
]);
