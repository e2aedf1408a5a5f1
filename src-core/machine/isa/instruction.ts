/**
 * What is known of one instruction. The rows of the table (table.ts) are the only definition: the decoder's tables, the
 * interpreter's cases, the disassembler and the test streams are derived from it.
 */

/** Where operands stand in the bits, and how an assembler writes them. Names follow "Base Instruction Formats". */
export type Format =
  | 'R' // rd, rs1, rs2
  | 'R2' // rd, rs1: the rs2 field belongs to the encoding
  | 'I' // rd, rs1, imm
  | 'shamt6' // rd, rs1, 6-bit shift amount
  | 'shamt5' // rd, rs1, 5-bit shift amount
  | 'load' // rd, imm(rs1)
  | 'S' // rs2, imm(rs1)
  | 'B' // rs1, rs2, target
  | 'U' // rd, upper 20 bits
  | 'J' // rd, target
  | 'jalr' // rd, imm(rs1)
  | 'amo' // rd, rs2, (rs1)
  | 'lr' // rd, (rs1)
  | 'none' // no operands
  | 'csr' // rd, csr, rs1
  | 'csri' // rd, csr, 5-bit immediate
  | 'sfence' // rs1, rs2
  | 'cbo' // (rs1)
  | 'fload' // fd, imm(rs1)
  | 'fstore' // fs2, imm(rs1)
  | 'fR' // fd, fs1, fs2, with a rounding mode where the encoding leaves one
  | 'fR4' // fd, fs1, fs2, fs3, rm
  | 'fR1' // fd, fs1, rm
  | 'f2x' // rd, fs1, rm
  | 'x2f' // fd, rs1, rm
  | 'fcmp' // rd, fs1, fs2
  | CompressedFormat;

/** "Compressed Instruction Formats", one for every way an immediate is scrambled or an operand implied. */
export type CompressedFormat =
  | 'CIW' // c.addi4spn
  | 'CL.w'
  | 'CL.d'
  | 'CS.w'
  | 'CS.d'
  | 'CL.fd'
  | 'CS.fd'
  | 'CI'
  | 'CI.w' // c.addiw: rd is not x0
  | 'CI.li'
  | 'CI.lui'
  | 'CI.sp16' // c.addi16sp
  | 'CI.lwsp'
  | 'CI.ldsp'
  | 'CI.fldsp'
  | 'CSS.w'
  | 'CSS.d'
  | 'CSS.fd'
  | 'CB.sh'
  | 'CB.i'
  | 'CB'
  | 'CI.sh'
  | 'CA'
  | 'CJ'
  | 'CR.j' // c.jr: jalr x0, 0(rs1)
  | 'CR.jal' // c.jalr: jalr x1, 0(rs1)
  | 'CR.mv'
  | 'CR.add'
  | 'CN'; // c.ebreak

export interface Instruction {
  /** The specification's mnemonic. */
  readonly name: string;
  /** The extension that defines it, as in the ISA string. */
  readonly extension: string;
  readonly format: Format;
  /** The bits that are fixed, and their values. */
  readonly mask: number;
  readonly match: number;
  readonly bytes: 2 | 4;
  /**
   * What it does, in one line. `rd = …`, `store(…)`, `if (…) goto …` are the source of the interpreter's cases
   * (generator/cases.ts); what begins with a word and a colon is carried out by the hand-written function of that name.
   * A compressed instruction has `as NAME`: it is another notation for that one.
   */
  readonly does: string;
}

export type Row = readonly [name: string, format: Format, pattern: string, does: string];

/**
 * Reads rows of an extension. A pattern has one character for each bit, highest first: 0, 1, or a dot where operands
 * stand; spaces are for the reader.
 */
export function instructions(extension: string, rows: readonly Row[]): Instruction[] {
  return rows.map(([name, format, pattern, does]) => {
    const bits = pattern.replaceAll(' ', '');
    if (bits.length !== 16 && bits.length !== 32) throw new Error(`${name}: a pattern of ${bits.length} bits`);
    return {
      name,
      extension,
      format,
      mask: Number.parseInt(bits.replaceAll('0', '1').replaceAll('.', '0'), 2),
      match: Number.parseInt(bits.replaceAll('.', '0'), 2),
      bytes: bits.length === 16 ? 2 : 4,
      does,
    };
  });
}
