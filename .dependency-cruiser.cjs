/**
 * Which folder may know which. Directions of src-core:
 *   base <- contract, host <- {machine, disks, network} (blind to each other) <- guest <- images <- hypervisor <- containers <- pods <- functions
 * A rule that cannot fail is a defect: `npm run check:directions` first proves on a planted violation that these bite.
 */
const layers = [
  ['base'],
  ['contract'],
  ['host'],
  ['machine', 'disks', 'network'],
  ['guest'],
  ['images'],
  ['hypervisor'],
  ['containers'],
  ['pods'],
  ['functions'],
];
const product = '[.]test[.]ts$|[.]suite[.]ts$|/testing/';
const directions = layers.flatMap((layer, at) =>
  layer.flatMap((name) => {
    const above = layers.slice(at + 1).flat();
    const siblings = layer.filter((other) => other !== name);
    return [
      { name: `core-${name}-knows-nothing-above`, forbidden: above },
      { name: `core-${name}-is-blind-to-its-siblings`, forbidden: siblings },
    ]
      .filter((rule) => rule.forbidden.length > 0)
      .map((rule) => ({
        name: rule.name,
        severity: 'error',
        from: { path: `^src-core/${name}/`, pathNot: product },
        to: { path: `^src-core/(${rule.forbidden.join('|')})/` },
      }));
  }),
);

module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'core-is-pure',
      comment: 'no Electron, no Node, nothing of the shells',
      severity: 'error',
      from: { path: '^src-core/', pathNot: '[.]test[.]ts$|[.]suite[.]ts$|/testing/' },
      to: { path: '^src-main/|^src-renderer/|^e2e/|^bench/|^node_modules/electron' },
    },
    {
      name: 'core-uses-no-node-builtin',
      severity: 'error',
      from: { path: '^src-core/', pathNot: '[.]test[.]ts$|[.]suite[.]ts$|/testing/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'window-reads-only-the-contract',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-core/(?!contract/|base/)|^src-main/(?!electron/bridge[.]ts$)' },
    },
    {
      name: 'only-the-shell-knows-electron',
      severity: 'error',
      from: { path: '^src-main/', pathNot: '^src-main/(electron|setup)/' },
      to: { path: '^node_modules/electron|^src-main/electron/' },
    },
    {
      name: 'service-knows-no-transport',
      severity: 'error',
      from: { path: '^src-main/(service|workers)/', pathNot: '[.]test[.]ts$|/testing/' },
      to: { path: '^src-main/(transports|cli|electron)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^out/|src-core/machine/core/.*/assembly/' },
    tsConfig: { fileName: require('node:path').join(__dirname, 'tsconfig.base.json') },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs'],
    },
  },
};
