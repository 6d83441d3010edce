// The house's import rules. Each name is the rule; each comment is what a contributor reads when a
// new import breaks it: what was done, why it is odd here, and what to do instead.
const outside = (...homes) => ({ pathNot: homes.map((home) => `^${home}`) });
const library = (...names) => ({ path: `(^|/)node_modules/(${names.join('|')})(/|$)` });
const sources = '^(schema|bundled-engine|provider|components|examples)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'schema-imports-only-zod',
      comment:
        'schema is data: it may import zod and itself. Move behaviour to the floor that acts.',
      severity: 'error',
      from: { path: '^schema/' },
      to: { pathNot: ['^schema/', '(^|/)node_modules/zod/'] },
    },
    {
      name: 'engine-and-provider-are-strangers',
      comment: 'They share schema alone, so that the provider works with any cloud.',
      severity: 'error',
      from: { path: '^bundled-engine/' },
      to: { path: '^(provider|components|examples)/' },
    },
    {
      name: 'provider-and-engine-are-strangers',
      comment: 'They share schema alone; the provider starts the engine as a process of its own.',
      severity: 'error',
      from: { path: '^provider/' },
      to: { path: '^(bundled-engine|components|examples)/' },
    },
    {
      name: 'pulumi-and-terraform-are-strangers',
      comment: 'What both tools need belongs in provider/reconcile or provider/resources.',
      severity: 'error',
      from: { path: '^provider/(pulumi|terraform)/' },
      to: { path: '^provider/(pulumi|terraform)/', pathNot: '^provider/$1/' },
    },
    {
      name: 'drivers-know-no-records',
      comment:
        'A driver sees host and schema: it stores bytes and knows no rows, jobs or requests.',
      severity: 'error',
      from: { path: '^bundled-engine/drivers/' },
      to: { path: '^bundled-engine/', pathNot: '^bundled-engine/(drivers|host)/' },
    },
    {
      name: 'operations-see-the-driver-face',
      comment:
        'Operations know the Driver interface, never a concrete driver: only main wires those.',
      severity: 'error',
      from: { path: '^bundled-engine/(operations|http|jobs|backups|records)/' },
      to: {
        path: '^bundled-engine/drivers/',
        pathNot: '^bundled-engine/drivers/driver(-error)?\\.ts$',
      },
    },
    {
      name: 'jobs-know-no-nouns',
      comment: 'Jobs run steps with opaque payloads: nouns belong to operations.',
      severity: 'error',
      from: { path: '^bundled-engine/jobs/' },
      to: {
        path: [
          '^bundled-engine/(operations|drivers|backups|http)/',
          '^schema/(resources|wire|lifecycles)/',
        ],
      },
    },
    {
      name: 'backups-know-no-drivers',
      comment: 'The chunk store reads and writes through its own ByteSource and ByteSink.',
      severity: 'error',
      from: { path: '^bundled-engine/backups/' },
      to: { path: '^bundled-engine/', pathNot: '^bundled-engine/(backups|host)/' },
    },
    {
      name: 'fastify-stays-in-http',
      comment: 'Fastify has one home, so that it can be replaced in one place.',
      severity: 'error',
      from: { path: sources, ...outside('bundled-engine/http/') },
      to: library('fastify', '@fastify'),
    },
    {
      name: 'undici-stays-in-client',
      comment: 'HTTP going out has one home: provider/client.',
      severity: 'error',
      from: { path: sources, ...outside('provider/client/') },
      to: library('undici'),
    },
    {
      name: 'sql-stays-in-records',
      comment: 'SQL has one home: write a function with a name in bundled-engine/records.',
      severity: 'error',
      from: { path: sources, ...outside('bundled-engine/records/') },
      to: { path: '((^|/)node_modules/(kysely|knex|pg)(/|$))|^(node:)?sqlite$' },
    },
    {
      name: 'processes-stay-in-host',
      comment: 'Only host spawns; the provider may start the engine from one file.',
      severity: 'error',
      from: {
        path: sources,
        ...outside(
          'bundled-engine/host/',
          'bundled-engine/cli',
          'provider/client/local-engine',
          'examples/',
        ),
      },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'koffi-stays-in-host',
      comment: 'Calls into the C library have one home: bundled-engine/host.',
      severity: 'error',
      from: { path: sources, ...outside('bundled-engine/host/') },
      to: library('koffi'),
    },
    {
      name: 'pulumi-stays-in-pulumi',
      comment: 'The Pulumi SDK has one home in the provider, and component resources use it.',
      severity: 'error',
      from: { path: sources, ...outside('provider/pulumi/', 'components/pulumi/', 'examples/') },
      to: library('@pulumi'),
    },
    {
      name: 'grpc-stays-in-terraform',
      comment: "The plugin protocol's libraries have one home: provider/terraform.",
      severity: 'error',
      from: { path: sources, ...outside('provider/terraform/') },
      to: library('@grpc', '@msgpack', '@bufbuild', 'ts-proto'),
    },
    {
      name: 're2js-stays-in-lookups',
      comment: 'Patterns of users have one home: provider/lookups/pattern.ts.',
      severity: 'error',
      from: { path: sources, ...outside('provider/lookups/') },
      to: library('re2js'),
    },
    {
      name: 'constructs-stay-in-components',
      comment: 'CDKTF and CDKTN have one home each: components/cdktf and components/cdktn.',
      severity: 'error',
      from: { path: sources, ...outside('components/cdktf/', 'components/cdktn/', 'examples/') },
      to: library('cdktf', 'cdktn', 'constructs', '@cdktf', '@cdktn'),
    },
    {
      name: 'flavours-are-strangers',
      comment: 'A component of one tool never needs that of another: share it in recipes.',
      severity: 'error',
      from: { path: '^components/(cdktf|cdktn|pulumi)/' },
      to: { path: '^components/(cdktf|cdktn|pulumi)/', pathNot: '^components/$1/' },
    },
    {
      name: 'recipes-are-pure',
      comment: 'Recipes are what the faces share: they import nothing but themselves.',
      severity: 'error',
      from: { path: '^components/recipes/' },
      to: { pathNot: '^components/recipes/' },
    },
    {
      name: 'only-main-wires',
      comment: 'Concrete drivers, database and configuration meet in main.ts and nowhere else.',
      severity: 'error',
      from: { path: sources, ...outside('bundled-engine/main.ts', 'bundled-engine/drivers/') },
      to: { path: '^bundled-engine/drivers/(raw-file|qcow2)\\.ts$' },
    },
    {
      name: 'examples-use-the-package-name',
      comment: 'An example is a user: it imports cinderkit/..., never a file of the source tree.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(schema|bundled-engine|provider|components)/' },
    },
    {
      name: 'nothing-imports-test',
      comment: 'Code under test may not know the tests.',
      severity: 'error',
      from: { path: sources },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea in two places: find the third.',
      severity: 'error',
      from: { path: sources },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead, or its importer was forgotten.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(schema|bundled-engine|provider|components)/',
        pathNot: ['\\.d\\.ts$'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
