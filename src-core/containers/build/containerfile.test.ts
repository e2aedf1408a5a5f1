import { describe, expect, it } from 'vitest';
import { parseContainerfile } from './containerfile.ts';

function steps(text: string) {
  return parseContainerfile(`FROM a\n${text}`).stages[0]?.steps ?? [];
}

describe('a Containerfile', () => {
  it('has stages, with arguments before the first', () => {
    const file = parseContainerfile(
      '# note\nARG V=13\nfrom debian:${V} as Base\nRUN a\nFROM scratch\nCOPY --from=base a b\n',
    );
    expect(file.globalArguments).toMatchObject([{ pairs: [['V', '13']], line: 2 }]);
    expect(file.stages.map(({ from }) => from)).toMatchObject([
      { image: 'debian:${V}', name: 'base', line: 3 },
      { image: 'scratch', name: null },
    ]);
    expect(file.stages[1]?.steps).toMatchObject([{ kind: 'copy', from: 'base', sources: ['a'], destination: 'b' }]);
  });

  it('has commands for the shell over several lines, without comments', () => {
    expect(steps('RUN apt-get update \\\n  # why\n  && echo "a  b" \\\n\n  && true')).toMatchObject([
      { kind: 'run', line: 2, command: { form: 'shell' } },
    ]);
    const [run] = steps('RUN a \\\n  # why\n  && "b  c"');
    expect(run).toMatchObject({ command: { command: 'a   && "b  c"' }, text: 'RUN a && "b c"' });
  });

  it('has commands as arguments in JSON; what is no JSON is for the shell', () => {
    expect(steps('CMD ["a", "b c"]\nENTRYPOINT [a]')).toMatchObject([
      { kind: 'cmd', command: { form: 'exec', command: ['a', 'b c'] } },
      { kind: 'entrypoint', command: { form: 'shell', command: '[a]' } },
    ]);
  });

  it('has files in it', () => {
    expect(
      steps(
        'RUN <<EOF\n# one\\\necho one\n  echo $two\nEOF\nRUN cat <<EOF > /x\n# y\nEOF\nCOPY <<-"X" <<Y /etc/\n\ta $b\nX\nc\nY',
      ),
    ).toMatchObject([
      { kind: 'run', command: { form: 'shell', command: '# one\\\necho one\n  echo $two\n' } },
      { kind: 'run', command: { command: 'cat <<EOF > /x\n# y\nEOF' } },
      {
        kind: 'copy',
        sources: [],
        destination: '/etc/',
        inline: [
          { name: 'X', content: 'a $b\n', expand: false },
          { name: 'Y', content: 'c\n', expand: true },
        ],
      },
    ]);
  });

  it('has pairs, quoted or in the old form', () => {
    expect(steps('ENV A=1 B="2 3" C=x\\ y\nENV OLD and new\nLABEL a.b="c d"\nARG X\nARG Y=z')).toMatchObject([
      {
        pairs: [
          ['A', '1'],
          ['B', '"2 3"'],
          ['C', 'x\\ y'],
        ],
      },
      { pairs: [['OLD', 'and new']] },
      { kind: 'label', pairs: [['a.b', '"c d"']] },
      { kind: 'arg', pairs: [['X', null]] },
      { kind: 'arg', pairs: [['Y', 'z']] },
    ]);
  });

  it('has everything else', () => {
    const text = [
      'WORKDIR /srv/app',
      'USER ada:staff',
      'EXPOSE 80 53/udp',
      'VOLUME ["/data", "/b c"]',
      'VOLUME /x /y',
      'STOPSIGNAL SIGQUIT',
      'SHELL ["/bin/bash", "-c"]',
      'HEALTHCHECK --interval=1m30s --retries=5 CMD curl -f http://localhost/',
      'HEALTHCHECK CMD ["true"]',
      'HEALTHCHECK NONE',
      'COPY --chown=1:2 --chmod=644 a b /c/',
      'ADD ["a b", "/c"]',
      'RUN --network=none true',
    ].join('\n');
    expect(steps(text)).toMatchObject([
      { kind: 'workdir', value: '/srv/app' },
      { kind: 'user', value: 'ada:staff' },
      { kind: 'expose', values: ['80', '53/udp'] },
      { kind: 'volume', values: ['/data', '/b c'] },
      { kind: 'volume', values: ['/x', '/y'] },
      { kind: 'stop-signal', value: 'SIGQUIT' },
      { kind: 'shell', command: ['/bin/bash', '-c'] },
      {
        kind: 'healthcheck',
        check: { command: { form: 'shell', command: 'curl -f http://localhost/' }, intervalMs: 90_000, retries: 5 },
      },
      { kind: 'healthcheck', check: { command: { form: 'exec', command: ['true'] }, timeoutMs: 30_000 } },
      { kind: 'healthcheck', check: null },
      { kind: 'copy', owner: '1:2', mode: '644', sources: ['a', 'b'], destination: '/c/' },
      { kind: 'add', sources: ['"a b"'.slice(1, -1)], destination: '/c' },
      { kind: 'run', network: 'none' },
    ]);
  });

  it.each([
    ['', 1, 'there is no FROM'],
    ['RUN a\nFROM b', 1, 'before the first FROM'],
    ['FROM a\n\nBOGUS x', 3, 'no instruction BOGUS'],
    ['FROM a AS b\nFROM c AS b', 2, 'a stage b already'],
    ['FROM a b', 1, 'write FROM IMAGE'],
    ['FROM a\nRUN', 2, 'RUN says nothing'],
    ['FROM a\nCOPY a', 2, 'a source and a destination'],
    ['FROM a\nENV A', 2, 'A has no value'],
    ['FROM a\nRUN --mount=type=cache,target=/x a', 2, '--mount is not supported'],
    ['FROM a\nCOPY --chmod=rwx a b', 2, '--chmod wants octal digits'],
    ['FROM a\nHEALTHCHECK --interval=soon CMD a', 2, '"soon" is no duration'],
    ['FROM a\nRUN <<EOF\nx', 2, 'the end of <<EOF is missing'],
    ['FROM a\nONBUILD RUN x', 2, 'ONBUILD is not supported'],
    ['FROM a\nARG 1=2', 2, 'no name of an argument'],
  ])('%j is refused with the line %i: %s', (text, line, because) => {
    expect(() => parseContainerfile(text)).toThrow(`line ${line}: `);
    expect(() => parseContainerfile(text)).toThrow(because);
  });

  it('of any bytes is read or refused with a line', () => {
    const pieces = [
      'FROM a\n',
      'RUN ',
      'COPY --from',
      '=',
      '<<EOF',
      '\nEOF\n',
      '"',
      "'",
      '\\',
      '\n',
      '[',
      ']',
      '${',
      '}',
      '#',
      'ENV A',
      ' ',
      '\t',
      'ü',
    ];
    let seed = 7;
    const random = (most: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % most;
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: random(20) }, () => pieces[random(pieces.length)]).join('');
      try {
        parseContainerfile(text);
      } catch (error) {
        expect(String(error), text).toMatch(/line \d+: /);
      }
    }
  });
});
