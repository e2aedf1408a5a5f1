import { type CaseBody, caseBody } from './cases.ts';
import { EXECUTED, OPERATIONS, farName, isBranch } from './operations.ts';
import { SEQUENCES, type Sequence, sequenceNumber } from './sequences.ts';

const NEXT = 'op += OP_BYTES; continue;';

const goesOn = (text: string): CaseBody => ({ text, goesOn: true });
const ends = (...lines: readonly string[]): CaseBody => ({ text: lines.join('\n'), goesOn: false });

/** Cases that no row of the table gives. */
const WRITTEN: Readonly<Record<string, CaseBody>> = {
  end: ends('budget -= <i32>retiredBefore(op);', 'next = pageBase + imm(op);', 'break;'),
  illegal: ends('return leave(hart, op, pageBase, budget, UNLAWFUL);'),
  li: goesOn('setRd(op, imm(op));'),
  mv: goesOn('setRd(op, rs1(op));'),
  nop: goesOn(''),
  link: goesOn('setRd(op, pageBase + imm(op));'),
  // Never made: the decoder writes `link` or `jal.far`.
  jal: ends('return leave(hart, op, pageBase, budget, UNLAWFUL);'),
  'jal.far': ends(
    'setRd(op, pageBase + linkOffset(op));',
    'budget -= <i32>retiredBefore(op) + 1;',
    'next = pageBase + imm(op);',
    'break;',
  ),
  jalr: ends(
    'next = (rs1(op) + imm(op)) & ~1;',
    'setRd(op, pageBase + linkOffset(op));',
    'budget -= <i32>retiredBefore(op) + 1;',
    'break;',
  ),
  ret: ends('next = rs1(op) & ~1;', 'budget -= <i32>retiredBefore(op) + 1;', 'break;'),
  // What it would fetch anew the hart has dropped itself, where it is the only one.
  'fence.i': ends(
    'if (several()) return leave(hart, op, pageBase, budget, SYSTEM);',
    'budget -= <i32>retiredBefore(op) + 1;',
    'next = pageBase + pageOffset(op) + 4;',
    'break;',
  ),
  'cbo.zero': goesOn('if (!zeroBlock(hart, rs1(op))) return leave(hart, op, pageBase, budget, SYSTEM);'),
  // Stands in front of a block that was translated.
  region: ends(
    'const jumps: bool = runRegion(hart, op, pageBase, budget) == DONE;',
    'readTlb = load<usize>(hart, READ_TLB);',
    'writeTlb = load<usize>(hart, WRITE_TLB);',
    'budget = load<i32>(hart, LEFT);',
    'if (jumps) { next = load<u64>(hart, PC); break; }',
    'if (load<u64>(hart, REGION_PAGE) != pageBase) {',
    '  pageBase = load<u64>(hart, REGION_PAGE);',
    '  table = load<usize>(fetchTlb + ((<usize>pageBase >>> 8) & 0xff0), 8);',
    '}',
    'op = load<usize>(hart, REGION_OP); continue;',
  ),
};

function bodies(): Map<string, CaseBody> {
  const all = new Map(Object.entries(WRITTEN));
  for (const instruction of EXECUTED) {
    if (all.has(instruction.name)) continue;
    all.set(instruction.name, caseBody(instruction));
    if (isBranch(instruction)) all.set(farName(instruction.name), caseBody(instruction, true));
  }
  return all;
}

const caseText = ({ text, goesOn }: CaseBody): string => (goesOn ? `${text}\n${NEXT}` : text);

/** The cases of its parts, one after the other: as fast as they, but for the jumps from one to the next. */
function sequenceText(sequence: Sequence, all: ReadonlyMap<string, CaseBody>): string {
  return sequence
    .map((name, place) => {
      const body = all.get(name);
      if (!body) throw new Error(`no case for ${name}`);
      const isLast = place === sequence.length - 1;
      if (!isLast && !body.goesOn) throw new Error(`${name} can only be the last of a sequence`);
      return isLast ? caseText(body) : `{\n${indented(body.text, '  ')}\n}\nop += OP_BYTES;`;
    })
    .join('\n');
}

/** What the cases call, by the module of the core that has it. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  '../layout': ['FETCH_TLB', 'LEFT', 'PC', 'READ_TLB', 'REGION_OP', 'REGION_PAGE', 'WRITE_TLB', 'several'],
  '../decode/operation': ['OP_BYTES', 'imm', 'linkOffset', 'pageOffset', 'retiredBefore', 'rs1', 'rs2', 'setRd'],
  '../hart/arithmetic': [
    ...['div', 'divu', 'low32', 'mulh', 'mulhsu', 'mulhu', 'orcb', 'rem', 'remu'],
    ...['sext16', 'sext32', 'sext8', 'signed'],
  ],
  '../hart/float': [
    ...['f32_negated', 'f32_signed', 'f64_negated', 'f64_signed', 'floatReadable', 'floatWritable'],
    ...['fs1_bits', 'fs1_d', 'fs1_s', 'fs2', 'fs2_d', 'fs2_s', 'fs3_d', 'fs3_s'],
    ...['roundingMode', 'setFdDouble', 'setFdSingle'],
  ],
  '../hart/atomics': ['i32', 'i64'].flatMap((type) => [
    ...['loadReserved', 'storeConditional'].map((name) => `${name}_${type}`),
    ...['min', 'minu', 'max', 'maxu'].map((name) => `atomic_${name}_${type}`),
  ]),
  '../hart/cache-blocks': ['zeroBlock'],
  '../hart/leave': ['leave', 'leaveTo'],
  '../hart/outcome': ['DONE', 'FAULTED', 'SYSTEM', 'UNLAWFUL', 'outcome'],
  '../memory/fence': ['fence'],
  '../memory/access': ['amoAddress', 'loadSlowly', 'storeSlowly'],
  '../csr/instruction': ['csrInstruction'],
  '../regions/region': ['runRegion'],
};

function imports(cases: string): string {
  const here = new Set(Object.values(PARTS).flat());
  const arithmetic = [...new Set(cases.match(/\b[fiu](32|64)_\w+/g))].filter((name) => !here.has(name)).sort();
  return Object.entries({ ...PARTS, '../softfloat/index': arithmetic })
    .map(([module, names]) => `import { ${names.join(', ')} } from '${module}';\n`)
    .join('');
}

function indented(text: string, by: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => by + line)
    .join('\n');
}

const OPENING = `/**
 * Runs decoded operations from \`op\` on until the budget is used up, a block is missing, or something happened that the
 * run loop must see. \`table\` is the table of blocks of the page of code that \`op\` belongs to, \`pageBase\` that page's
 * virtual address. @returns why it left; pc and what is left of the budget stand in the hart's state
 */
export function interpret(hart: usize, op: usize, table: usize, pageBase: u64, budget: i32): u32 {
  let readTlb: usize = load<usize>(hart, READ_TLB);
  let writeTlb: usize = load<usize>(hart, WRITE_TLB);
  const fetchTlb: usize = load<usize>(hart, FETCH_TLB);
  let next: u64 = 0;
  while (true) {
    switch (<u32>load<u16>(op)) {
`;

const CLOSING = `      default:
        return leave(hart, op, pageBase, budget, UNLAWFUL);
    }
    // A jump: \`next\` is its target.
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
`;

function caseOf(number: number, name: string, text: string): string {
  return `      case ${number}: { // ${name}\n${indented(text, '        ')}\n      }\n`;
}

export function interpreterSource(header: string): string {
  const all = bodies();
  const cases = OPERATIONS.map((name, number) => {
    const body = all.get(name);
    if (body === undefined) throw new Error(`no case for ${name}`);
    return caseOf(number, name, caseText(body));
  });
  const joined = SEQUENCES.map((sequence, index) =>
    caseOf(sequenceNumber(index), sequence.join(', '), sequenceText(sequence, all)),
  );
  return `${header}${imports([...all.values()].map(({ text }) => text).join('\n'))}
${OPENING}${[...cases, ...joined].join('')}${CLOSING}`;
}
