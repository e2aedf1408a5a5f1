const QUALITIES = (
  'amber ancient autumn blithe bold brisk bright calm clever cosy crisp curious dapper dusty eager early fabled ' +
  'fair fleet frosty gentle gilded golden hardy hidden humble jolly keen kind lively lofty lucid lunar mellow merry ' +
  'mighty misty modest nimble noble patient plucky proud quick quiet rosy rustic silent silver snug solar spry ' +
  'steady stout sunny swift tidy tranquil velvet warm wise witty'
).split(' ');

const INNS = (
  'anchor badger barley bear beacon bell birch boar bridge candle castle cedar chestnut compass crane crown deer dove ' +
  'eagle ember falcon finch fountain fox garden griffin hare harp harvest hawk heron holly hound ivy kettle lantern ' +
  'lark lion maple meadow mill oak orchard otter owl pine plough raven robin rose saddle stag star swan thistle tower ' +
  'wagon wheel willow wren'
).split(' ');

/** A name as inns have it: "silver_otter". @param random as Math.random */
export function madeUpName(random: () => number, isTaken: (name: string) => boolean): string {
  for (let tries = 0; ; tries++) {
    const name = `${pick(QUALITIES, random)}_${pick(INNS, random)}`;
    const numbered = tries < 8 ? name : `${name}_${tries}`;
    if (!isTaken(numbered)) return numbered;
  }
}

function pick(words: readonly string[], random: () => number): string {
  return words[Math.floor(random() * words.length)] ?? 'quiet';
}
