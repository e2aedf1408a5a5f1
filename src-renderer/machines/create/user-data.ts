import { MAX_USER_DATA_CHARACTERS } from '../../../src-core/contract/machines.ts';

export const USER_DATA_EXAMPLE = `#cloud-config
users:
  - name: ada
    shell: /bin/bash
    ssh_authorized_keys:
      - ssh-ed25519 AAAA… ada@workbench
packages: [nginx]
write_files:
  - path: /etc/motd
    content: Welcome
runcmd:
  - systemctl enable --now nginx
`;

/** What is wrong with user-data at first sight; what is wrong within it, the service tells. */
export function userDataProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  if (text.length > MAX_USER_DATA_CHARACTERS) {
    return `User-data has at most ${MAX_USER_DATA_CHARACTERS / 1024} KiB`;
  }
  if (/^#(cloud-config\s|!)/.test(text)) return undefined;
  return 'The first line must be #cloud-config, or begin with #! if it is a script';
}
