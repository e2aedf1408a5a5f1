import { caseBody } from './cases.ts';
import { EXECUTED, OPERATIONS, farName, isBranch } from './operations.ts';

/** Cases that no row of the table gives. */
const WRITTEN: Readonly<Record<string, string>> = {
  end: 'budget -= <i32>retiredBefore(op);\nnext = pageBase + imm(op);\nbreak;',
  illegal: 'return leave(hart, op, pageBase, budget, UNLAWFUL);',
  li: 'setRd(op, imm(op)); op += OP_BYTES; continue;',
  mv: 'setRd(op, rs1(op)); op += OP_BYTES; continue;',
  nop: 'op += OP_BYTES; continue;',
  link: 'setRd(op, pageBase + imm(op)); op += OP_BYTES; continue;',
  // Never made: the decoder writes `link` or `jal.far`.
  jal: 'return leave(hart, op, pageBase, budget, UNLAWFUL);',
  'jal.far': [
    'setRd(op, pageBase + linkOffset(op));',
    'budget -= <i32>retiredBefore(op) + 1;',
    'next = pageBase + imm(op);',
    'break;',
  ].join('\n'),
  jalr: [
    'next = (rs1(op) + imm(op)) & ~1;',
    'setRd(op, pageBase + linkOffset(op));',
    'budget -= <i32>retiredBefore(op) + 1;',
    'break;',
  ].join('\n'),
  ret: ['next = rs1(op) & ~1;', 'budget -= <i32>retiredBefore(op) + 1;', 'break;'].join('\n'),
  // Stands in front of a block that was translated.
  region: [
    'const jumps: bool = runRegion(hart, op, pageBase, budget) == DONE;',
    'budget = load<i32>(hart, LEFT);',
    'if (jumps) { next = load<u64>(hart, PC); if (budget > 0) noteExit(hart, op, next); break; }',
    'if (load<u64>(hart, REGION_PAGE) != pageBase) {',
    '  pageBase = load<u64>(hart, REGION_PAGE);',
    '  table = load<usize>(fetchTlb + ((<usize>pageBase >>> 8) & 0xff0), 8);',
    '}',
    'op = load<usize>(hart, REGION_OP); continue;',
  ].join('\n'),
};

function bodies(): Map<string, string> {
  const all = new Map(Object.entries(WRITTEN));
  for (const instruction of EXECUTED) {
    if (all.has(instruction.name)) continue;
    all.set(instruction.name, caseBody(instruction));
    if (isBranch(instruction)) all.set(farName(instruction.name), caseBody(instruction, true));
  }
  return all;
}

/** What the cases call, by the module of the core that has it. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  '../layout': ['FETCH_TLB', 'LEFT', 'PC', 'READ_TLB', 'REGION_OP', 'REGION_PAGE', 'WRITE_TLB', 'several'],
  '../decode/operation': ['OP_BYTES', 'imm', 'linkOffset', 'retiredBefore', 'rs1', 'rs2', 'setRd'],
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
  '../hart/leave': ['leave', 'leaveTo'],
  '../hart/outcome': ['DONE', 'FAULTED', 'SYSTEM', 'UNLAWFUL', 'outcome'],
  '../memory/fence': ['fence'],
  '../memory/access': ['amoAddress', 'loadSlowly', 'storeSlowly'],
  '../csr/instruction': ['csrInstruction'],
  '../regions/region': ['noteExit', 'runRegion'],
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

export function interpreterSource(header: string): string {
  const all = bodies();
  const cases = OPERATIONS.map((name, number) => {
    const body = all.get(name);
    if (body === undefined) throw new Error(`no case for ${name}`);
    return `      case ${number}: { // ${name}\n${indented(body, '        ')}\n      }\n`;
  });
  return `${header}${imports([...all.values()].join('\n'))}
${OPENING}${cases.join('')}${CLOSING}`;
}
