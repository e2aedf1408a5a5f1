import { z } from 'zod';

/**
 * The keys of cloud-config (cloud-init's documentation, "Module reference") that Innkeeper carries out. Values are
 * those of YAML 1.1, as cloud-init reads them: `yes` is true and 0644 is octal.
 */

const text = z.string().refine((value) => !value.includes('\0'), 'it holds a NUL character');
const flag = z.boolean();
/** `a, b` or a list. */
const names = z.union([text.transform((value) => splitNames(value)), z.array(text)]);
const accountName = text.regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, 'a name of letters, digits, ".", "_" and "-"');
const hostName = text.regex(
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
  'a host name of letters, digits and hyphens',
);
/** One field of passwd(5). */
const accountField = text.regex(/^[^:\n]*$/, 'it holds a colon or a line break');
const wholePath = accountField.regex(/^\//, 'a whole path, which begins with "/"');
const key = text.regex(/^[^\n]+$/, 'a key is one line');
const keys = z.union([key.transform((value) => [value]), z.array(key)]);

/** A line for the shell, or a program and its arguments. */
export const commandSchema = z.union(
  [text, z.array(z.union([text, z.number().transform(String), z.boolean().transform(String)])).min(1)],
  'a line for the shell, or a list of a program and its arguments',
);
export type Command = z.output<typeof commandSchema>;
const commands = z.array(commandSchema.or(z.null().transform(() => '')));

/** '0644' in quotes, or octal digits, which YAML 1.1 reads as a number already. */
const permissions = z
  .union([
    text
      .regex(/^0?o?[0-7]{3,4}$/, "octal digits, as '0644'")
      .transform((digits) => parseInt(digits.replace('o', ''), 8)),
    z.number().int().min(0).max(0o7777),
  ])
  .default(0o644);

export const FILE_ENCODINGS = {
  'text/plain': { base64: false, gzip: false },
  b64: { base64: true, gzip: false },
  base64: { base64: true, gzip: false },
  gz: { base64: false, gzip: true },
  gzip: { base64: false, gzip: true },
  'gz+b64': { base64: true, gzip: true },
  'gz+base64': { base64: true, gzip: true },
  'gzip+b64': { base64: true, gzip: true },
  'gzip+base64': { base64: true, gzip: true },
} as const;
export type FileEncoding = keyof typeof FILE_ENCODINGS;

export const fileSchema = z.object({
  path: text.regex(/^\/.*[^/]$/s, 'a whole path, which begins with "/" and ends with a name'),
  content: z.union([z.string(), z.instanceof(Uint8Array)]).default(''),
  encoding: z.enum(Object.keys(FILE_ENCODINGS) as [FileEncoding, ...FileEncoding[]]).default('text/plain'),
  owner: text.regex(/^[\w.-]*(?::[\w.-]*)?$/, 'USER:GROUP').default('root:root'),
  permissions,
  append: flag.default(false),
  defer: flag.default(false),
});
export type FileToWrite = z.output<typeof fileSchema>;

export const userSchema = z.object({
  name: accountName,
  gecos: accountField.optional(),
  homedir: wholePath.optional(),
  shell: wholePath.optional(),
  primary_group: accountName.optional(),
  groups: names.pipe(z.array(accountName)).default([]),
  uid: z.union([z.number().int().min(0), z.string().regex(/^\d+$/).transform(Number)]).optional(),
  system: flag.default(false),
  no_create_home: flag.default(false),
  sudo: z
    .union([
      z.literal(false).transform(() => []),
      z.null().transform(() => []),
      key.transform((rule) => [rule]),
      z.array(key),
    ])
    .default([]),
  ssh_authorized_keys: keys.default([]),
  plain_text_passwd: key.optional(),
  hashed_passwd: accountField.optional(),
  passwd: accountField.optional(),
  lock_passwd: flag.default(true),
});
export type User = z.output<typeof userSchema>;

const passwordSchema = z.object({
  name: accountName,
  password: key.optional(),
  type: z.enum(['hash', 'text'], '"hash" or "text"; random ones are not made').default('hash'),
});

const chpasswdSchema = z.object({
  expire: flag.default(true),
  users: z.array(passwordSchema).default([]),
  list: z
    .union([text.transform((value) => value.split('\n').filter((line) => line !== '')), z.array(key)])
    .refine((lines) => lines.every((line) => /^[^:]+:/.test(line)), 'each line is USER:PASSWORD')
    .default([]),
});

const groupSchema = z.union([
  accountName.transform((name) => ({ [name]: [] as string[] })),
  z.record(accountName, names.or(z.null().transform(() => [] as string[]))),
]);

const packageSchema = z.union(
  [
    text.regex(/^[a-z0-9][a-z0-9.+:=~_/-]*$/i, 'a name of a package'),
    z.tuple([text, text]).transform(([name, version]) => `${name}=${version}`),
  ],
  'a name of a package, or [NAME, VERSION]',
);

export const cloudConfigSchema = z.object({
  hostname: hostName.optional(),
  fqdn: hostName.optional(),
  preserve_hostname: flag.default(false),
  manage_etc_hosts: z.union([flag, z.literal('localhost'), z.literal('template')]).default(true),
  groups: z
    .union([names.transform((all) => all.map((name) => ({ [name]: [] as string[] }))), z.array(groupSchema)])
    .default([]),
  users: z.array(z.union([text, z.unknown()])).default([]),
  ssh_authorized_keys: keys.default([]),
  password: key.optional(),
  chpasswd: chpasswdSchema.optional(),
  package_update: flag.default(false),
  package_upgrade: flag.default(false),
  packages: z.array(packageSchema).default([]),
  write_files: z.array(fileSchema).default([]),
  bootcmd: commands.default([]),
  runcmd: commands.default([]),
  timezone: text.regex(/^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/, 'a name as "Europe/Berlin"').optional(),
  locale: text.regex(/^[A-Za-z0-9_.@-]+$/, 'a name as "en_US.UTF-8"').optional(),
  final_message: text.optional(),
});
export type CloudConfig = Omit<z.output<typeof cloudConfigSchema>, 'users'> & { readonly users: readonly User[] };

function splitNames(value: string): string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
