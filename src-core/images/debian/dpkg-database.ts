import { corrupt } from '../formats/byte-source.ts';
import { parseStanzas, type Stanza } from './stanza.ts';

/** A file of a package's control archive. */
export interface ControlFile {
  readonly mode: number;
  readonly content: Uint8Array;
}

/** A package of which all files are on the disk and no script has run: dpkg's "unpacked". */
export interface UnpackedPackage {
  readonly name: string;
  /** By name: "control", "postinst", "conffiles", … */
  readonly control: ReadonlyMap<string, ControlFile>;
  /** All that it installed, without a leading slash. */
  readonly paths: readonly string[];
  /** MD5 of each of its configuration files, by path with a leading slash. */
  readonly conffiles: ReadonlyMap<string, string>;
}

/** These are in the status file, or for the archive only. */
const NOT_KEPT = new Set(['control']);
const DATABASE = 'var/lib/dpkg';

/**
 * What dpkg would have in its database after it had unpacked these packages and configured none (deb(5), dpkg(1), "Package
 * states"): so that `dpkg --configure -a` does the rest.
 * @returns files by path, without a leading slash
 * @throws AppError 'corrupt'
 */
export function dpkgDatabase(packages: readonly UnpackedPackage[], architecture: string): Map<string, ControlFile> {
  const files = new Map<string, ControlFile>();
  const put = (path: string, text: string): void =>
    void files.set(`${DATABASE}/${path}`, { mode: 0o644, content: new TextEncoder().encode(text) });
  const described = packages.map((each) => ({ each, stanza: stanzaOf(each) }));
  put('info/format', '1\n');
  put('available', '');
  put('diversions', '');
  put('statoverride', '');
  put('status', described.map(({ each }) => statusOf(each)).join('\n'));
  for (const { each, stanza } of described) {
    const name = infoName(each.name, stanza, architecture);
    put(`info/${name}.list`, ['/.', ...each.paths.map((path) => `/${path}`), ''].join('\n'));
    for (const [file, content] of each.control) {
      if (!NOT_KEPT.has(file)) files.set(`${DATABASE}/info/${name}.${file}`, content);
    }
  }
  for (const [file, lines] of triggerFiles(described, architecture)) put(`triggers/${file}`, lines.join(''));
  return files;
}

/** A package may be there for several architectures at once only if it says so: then all names tell which. */
function infoName(name: string, stanza: Stanza, architecture: string): string {
  return stanza.get('multi-arch') === 'same' ? `${name}:${architecture}` : name;
}

function stanzaOf({ name, control }: UnpackedPackage): Stanza {
  const [stanza, ...more] = parseStanzas(textOf(control, 'control'), name);
  if (stanza?.get('package') !== name || more.length > 0) throw corrupt(name, 'its description is wrong');
  return stanza;
}

function statusOf({ name, control, conffiles }: UnpackedPackage): string {
  const lines = textOf(control, 'control').trimEnd().split('\n');
  const list = [...conffiles].map(([path, md5]) => ` ${path} ${md5}`);
  return [
    `Package: ${name}`,
    'Status: install ok unpacked',
    ...(list.length > 0 ? ['Conffiles:', ...list] : []),
    ...lines.filter((line) => !/^Package:/i.test(line)),
    '',
  ].join('\n');
}

/**
 * Who wants to hear of what (deb-triggers(5); dpkg, lib/dpkg/triglib.c): of paths in one file, of names in a file for
 * each.
 */
function triggerFiles(
  described: readonly { readonly each: UnpackedPackage; readonly stanza: Stanza }[],
  architecture: string,
): Map<string, string[]> {
  const files = new Map<string, string[]>([
    ['File', []],
    ['Unincorp', []],
  ]);
  for (const { each, stanza } of described) {
    for (const line of textOf(each.control, 'triggers').split('\n')) {
      const [directive = '', trigger = ''] = line.trim().split(/\s+/);
      if (!/^interest(?:-noawait|-await)?$/.test(directive)) continue;
      if (!/^\/[^\s]*$|^[A-Za-z0-9][A-Za-z0-9+._:-]*$/.test(trigger))
        throw corrupt(each.name, 'its triggers are wrong');
      const interested = `${infoName(each.name, stanza, architecture)}${directive.endsWith('-noawait') ? '/noawait' : ''}\n`;
      const file = trigger.startsWith('/') ? 'File' : trigger;
      const lines = files.get(file) ?? [];
      files.set(file, [...lines, trigger.startsWith('/') ? `${trigger} ${interested}` : interested]);
    }
  }
  return files;
}

function textOf(control: UnpackedPackage['control'], file: string): string {
  return new TextDecoder().decode(control.get(file)?.content ?? new Uint8Array(0));
}

/** The configuration files that a package names in its control file `conffiles`; those that it takes back are left out. */
export function conffilesOf(control: UnpackedPackage['control']): string[] {
  return textOf(control, 'conffiles')
    .split('\n')
    .filter((line) => line.startsWith('/'))
    .map((line) => line.trimEnd());
}
