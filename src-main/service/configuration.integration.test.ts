import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InnkeeperHandlers } from '../../src-core/contract/contract.ts';
import { createService } from './service.ts';
import type { Service } from './service.ts';
import { ConsoleProbe } from './testing/console-probe.ts';
import { TinyBench } from './testing/tiny-run.ts';

type MachineView = Awaited<ReturnType<InnkeeperHandlers['machines']['inspect']>>;

/** User-data carried out in machines of the tiny image, which is all BusyBox and forgets everything. */
let bench: TinyBench;
let service: Service;
let machines: InnkeeperHandlers['machines'];

beforeAll(async () => {
  bench = await TinyBench.open();
  service = await createService({ dataDirectory: bench.folder, host: 'background', version: 'test' });
  machines = service.handlers.machines;
});

afterAll(async () => {
  await service.dispose();
  await bench.close();
});

const MIB = 1024 * 1024;

function create(name: string, userData: string, start = true): Promise<MachineView> {
  const source = { kind: 'image', image: 'debian-13-tiny' } as const;
  return machines.create({ name, source, memoryBytes: 128 * MIB, disks: [], start, userData });
}

function becomes(name: string, wanted: (view: MachineView) => boolean): Promise<MachineView> {
  return new Promise((resolve) => {
    const look = (): void =>
      void machines.inspect({ machine: name }).then((now) => {
        if (!wanted(now)) return;
        subscription.dispose();
        resolve(now);
      });
    const subscription = service.onEvent((event) => {
      if (event.type === 'machine' && event.machine.name === name) look();
    });
    look();
  });
}

const configured = (name: string): Promise<MachineView> =>
  becomes(name, ({ configuration }) => configuration.state === 'done' || configuration.state === 'failed');

/** Runs a script in the guest. @returns what it printed */
function sh(name: string, script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    void machines.exec(
      { machine: name, command: ['sh', '-c', script], environment: {} },
      {
        write: (bytes) => {
          text += new TextDecoder().decode(bytes);
          return Promise.resolve();
        },
        onData: () => undefined,
        onFinish: () => undefined,
        onControl: () => undefined,
        onClose: () => undefined,
        end: () => resolve(text),
        fail: reject,
      },
    );
  });
}

describe('cloud-config', () => {
  test('names the host, writes files, makes users and groups, and runs commands', async () => {
    await create(
      'web',
      `#cloud-config
hostname: shop
fqdn: shop.example.net
colour: blue
bootcmd:
  - echo boot >>/var/log/order
groups: [wheel, {staff: [ada]}]
users:
  - default
  - name: ada
    gecos: Ada L.
    groups: wheel, audio
    shell: /bin/sh
    sudo: ALL=(ALL) NOPASSWD:ALL
    lock_passwd: no
    plain_text_passwd: geheim
    ssh_authorized_keys:
      - ssh-ed25519 AAAA ada@home
  - locked
ssh_authorized_keys: ssh-ed25519 BBBB everybody
write_files:
  - path: /etc/deep/er/motd
    content: |
      Grüße
      'quoted' "$HOME"
    permissions: '0640'
    owner: root:root
  - {path: /etc/deep/er/motd, content: YXBwZW5kZWQK, encoding: b64, append: true}
  - path: /usr/local/bin/packed
    encoding: gz+b64
    permissions: 0755
    content: H4sIAAAAAAACA1NW1E/KzNMvzuBKTc7IV8hIzcnJ5wIAedQ/FxUAAAA=
  - {path: /home/ada/mine, content: x, owner: 'ada:ada', defer: true}
runcmd:
  - cd /tmp
  - [sh, -c, 'echo "$0" and $1', "it's", two]
  - pwd >where
  - |
    for i in 1 2; do
      echo run $i >>/var/log/order
    done
final_message: It took $UPTIME s.
`,
    );
    const view = await configured('web');
    expect(view.configuration).toEqual({
      state: 'done',
      step: null,
      failure: null,
      warnings: ['line 4: colour is not known here and passed over'],
    });
    expect(await sh('web', 'hostname; cat /etc/hostname; tail -n 1 /etc/hosts')).toBe(
      'shop\nshop\n127.0.1.1\tshop.example.net shop\n',
    );
    expect(await sh('web', 'cat /etc/deep/er/motd; stat -c "%a %U" /etc/deep/er/motd; packed')).toBe(
      'Grüße\n\'quoted\' "$HOME"\nappended\n644 root\nhello\n',
    );
    expect(await sh('web', 'id ada; id locked; stat -c "%a %U:%G" /home/ada /home/ada/mine')).toMatch(
      /^uid=1000\(ada\) gid=(\d+)\(ada\) groups=.*wheel.*\nuid=1001\(locked\).*\n700 ada:ada\n644 ada:ada\n$/,
    );
    expect(await sh('web', 'cat ~ada/.ssh/authorized_keys; stat -c "%a %U" ~ada/.ssh ~ada/.ssh/authorized_keys')).toBe(
      'ssh-ed25519 AAAA ada@home\nssh-ed25519 BBBB everybody\n700 ada\n600 ada\n',
    );
    expect(await sh('web', 'cat /etc/sudoers.d/90-innkeeper-users; grep -E "^(wheel|staff):" /etc/group')).toMatch(
      /^ada ALL=\(ALL\) NOPASSWD:ALL\nwheel:x:\d+:ada\nstaff:x:\d+:ada\n$/,
    );
    expect(await sh('web', 'grep -E "^(ada|locked):" /etc/passwd')).toMatch(
      /^ada:\$6\$[^:]+:1000:1000:Ada L\.:\/home\/ada:\/bin\/sh\nlocked:!:1001:1001::\/home\/locked:\/bin\/sh\n$/,
    );
    expect(await sh('web', 'cat /var/log/order /tmp/where')).toBe('boot\nrun 1\nrun 2\n/tmp\n');
    const log = await sh('web', 'cat /var/log/innkeeper-configuration.log');
    expect(log).toContain("it's and two\n");
    expect(log).toMatch(/== Say that it is done\nIt took \d+\.\d+ s\.\n$/);
    expect(log).not.toContain('geheim');
    expect(await sh('web', 'ls -l /var/log/innkeeper-configuration.log')).toMatch(/^-rw-------/);
  });

  test('checks the password as it was typed', async () => {
    expect(
      await sh(
        'web',
        'hash=$(grep ^ada: /etc/passwd | cut -d: -f2); salt=$(echo "$hash" | cut -d"$" -f3); echo "$hash"; mkpasswd -m sha512 geheim "$salt"',
      ),
    ).toMatch(/^(\$6\$.+)\n\1\n$/);
  });

  test('says on the console that it is at work, and in the end how it went', async () => {
    const probe = await ConsoleProbe.open(machines.console, 'web');
    await probe.shows('The machine is configured');
    expect(probe.text).toContain('The machine is being configured');
    probe.close();
  });

  test('tells what failed, with what it printed, and does the rest all the same', async () => {
    await create(
      'sick',
      `#cloud-config
packages: [nginx]
timezone: Europe/Berlin
runcmd:
  - 'echo something is wrong; false'
  - touch /reached
`,
    );
    const { configuration } = await configured('sick');
    expect(configuration).toMatchObject({ state: 'failed', step: 'Set the time zone Europe/Berlin' });
    expect(configuration.failure).toBe(
      'this system knows no time zones (no /usr/share/zoneinfo)\nFailed too: Install nginx; Run the commands',
    );
    expect(await sh('sick', 'ls /reached; grep -A 3 commands /var/log/innkeeper-configuration.log')).toBe(
      '/reached\n== Run the commands\nsomething is wrong\ncommand 1 ended with status 1;\n',
    );
    expect(await sh('sick', 'grep -A 1 nginx /var/log/innkeeper-configuration.log')).toContain('no package manager');
    const probe = await ConsoleProbe.open(machines.console, 'sick');
    await probe.shows('The configuration failed (Set the time zone Europe/Berlin)');
    probe.close();
  });

  test('is refused with the line that is wrong, and leaves no machine', async () => {
    await expect(create('wrong', '#cloud-config\nusers:\n  - name: ada\n    uid: many\n')).rejects.toMatchObject({
      code: 'invalid-input',
      because: expect.stringContaining('line 4: users.0.uid') as string,
    });
    await expect(machines.inspect({ machine: 'wrong' })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a script', () => {
  test('runs with its own interpreter, as root, once for each start of a system that forgets', async () => {
    await create('script', '#!/usr/bin/awk -f\nBEGIN { system("id -u; pwd"); print "awk" >>"/var/log/order" }\n');
    await configured('script');
    expect(await sh('script', 'cat /var/log/order; tail -n 2 /var/log/innkeeper-configuration.log')).toBe(
      'awk\n0\n/\n',
    );
    await machines.kill({ machine: 'script' });
    await machines.start({ machine: 'script' });
    await becomes('script', ({ agent }) => agent === 'ready');
    await expect.poll(() => sh('script', 'cat /var/log/order'), { timeout: 20_000 }).toBe('awk\n');
  });
});

describe('a machine that is suspended and resumed', () => {
  test('is not configured again', async () => {
    await create(
      'sleeper',
      '#cloud-config\nruncmd:\n  - echo run >>/var/log/order\nbootcmd:\n  - echo boot >>/var/log/order\n',
    );
    await configured('sleeper');
    await machines.suspend({ machine: 'sleeper' });
    await machines.resume({ machine: 'sleeper' });
    await becomes('sleeper', ({ agent }) => agent === 'ready');
    await expect.poll(() => sh('sleeper', 'cat /var/log/order'), { timeout: 20_000 }).toBe('boot\nrun\n');
    expect((await machines.inspect({ machine: 'sleeper' })).configuration.state).toBe('done');
  });

  test('in the middle of a step begins that step again', async () => {
    await create(
      'middle',
      '#cloud-config\nwrite_files: [{path: /once, content: x, append: true}]\nruncmd:\n  - echo begun >>/begun\n  - while [ ! -e /go ]; do sleep 0.2; done\n',
    );
    await becomes('middle', ({ configuration }) => configuration.step === 'Run the commands');
    await expect.poll(() => sh('middle', 'cat /begun'), { timeout: 20_000 }).toBe('begun\n');
    await machines.suspend({ machine: 'middle' });
    expect((await machines.inspect({ machine: 'middle' })).configuration.state).toBe('waiting');
    await machines.resume({ machine: 'middle' });
    await expect
      .poll(() => sh('middle', 'cat /begun /once').catch(() => ''), { timeout: 20_000 })
      .toBe('begun\nbegun\nx');
    await sh('middle', 'touch /go');
    expect((await configured('middle')).configuration.state).toBe('done');
  });
});
