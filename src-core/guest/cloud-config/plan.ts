import { addGroups, addUsers, authorize, setPasswords } from './accounts.ts';
import { writeFiles } from './files.ts';
import type { CloudConfig } from './schema.ts';
import type { Plan } from './steps.ts';
import { installPackages, runCommands, runScript, sayAtTheEnd, setHostName, setPlace } from './system.ts';
import type { UserData } from './user-data.ts';

/** Whose keys and password those are that name nobody: the first user that is made, else the one that is there. */
const DEFAULT_USER = 'root';

/** What has to be done in a guest, in the order in which cloud-init does it. */
export function planConfiguration(userData: UserData): Plan {
  if (userData.kind === 'script') return { everyStart: [], once: runScript(userData.text) };
  return planCloudConfig(userData.config);
}

function planCloudConfig(config: CloudConfig): Plan {
  const { users, groups, write_files: files } = config;
  const firstUser = users[0]?.name ?? DEFAULT_USER;
  return {
    everyStart: runCommands('Run the boot commands', 'bootcmd', config.bootcmd),
    once: [
      ...setHostName(config),
      ...writeFiles(files.filter(({ defer }) => !defer)),
      ...addGroups(groups.map((group) => Object.fromEntries(Object.keys(group).map((name) => [name, []])))),
      ...addUsers(users),
      // The same groups again: now there are users who can be members.
      ...addGroups(
        groups.map((group) => Object.fromEntries(Object.entries(group).filter(([, all]) => all.length > 0))),
      ),
      ...authorize(firstUser, config.ssh_authorized_keys),
      ...setPlace(config),
      ...setPasswords(config, firstUser),
      ...installPackages(config),
      ...writeFiles(files.filter(({ defer }) => defer)),
      ...runCommands('Run the commands', 'runcmd', config.runcmd),
      ...sayAtTheEnd(config),
    ],
  };
}
