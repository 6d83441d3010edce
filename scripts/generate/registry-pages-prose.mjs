// What the index page of the provider says in words of its own: where credentials come from.
// Invariant: what can be told by the definitions is not told here.

/** How the provider finds its cloud; `cloud` and `credentials` are examples. */
export function authentication(cloud, credentials) {
  return `## Which cloud

The first that is there:

1. the block \`engine\`: the bundled engine, whatever variables say;
2. arguments of the provider's block: \`cloud\` names one of your \`clouds.yaml\`; \`endpoint\` with
   a user's credentials describes one. An address given this way is never sent credentials that the
   environment holds for another cloud;
3. \`OS_*\` variables, \`OS_CLOUD\` among them;
4. nothing of it: the bundled engine, found or started in the folder where Terraform runs.

A \`clouds.yaml\` alone, with nothing that names one of its clouds, is not a choice: an apply must
not reach a real cloud by accident.

\`\`\`terraform
${(cloud ?? '').trimEnd()}
\`\`\`

\`\`\`terraform
${(credentials ?? '').trimEnd()}
\`\`\`

Credentials are read when they are needed and never come into the state. Better than a password in
a program are \`clouds.yaml\`, \`OS_*\` variables or an application credential.`;
}

const variables = {
  '`OS_CLOUD`': 'cloud of `clouds.yaml`',
  '`OS_CLIENT_CONFIG_FILE`':
    'the `clouds.yaml` to read in place of those in the current folder, `~/.config/openstack`, ' +
    '`/etc/xdg/openstack` and `/etc/openstack`',
  '`OS_CLIENT_SECURE_FILE`': 'the `secure.yaml` with its secrets, in place of the usual ones',
  '`OS_AUTH_URL`, `OS_USERNAME`, `OS_PASSWORD`, `OS_PROJECT_NAME`, `OS_REGION_NAME`, …':
    'a cloud without a file, as an `openrc` sets it: each key of `clouds.yaml` in capitals',
  '`TF_WORKSPACE`, `TF_DATA_DIR`':
    "as everywhere in Terraform; things of two workspaces are never taken for each other's",
  '`CINDERKIT_ENGINE_CLI`': "the engine's program, where it is not that of the installed package",
};

const rows = Object.entries(variables).map(([name, means]) => `| ${name} | ${means} |`);

/** Which variables are read. */
export const environment = `## Environment

| variable | means |
| --- | --- |
${rows.join('\n')}

All that is read of \`clouds.yaml\` is listed in [remote clouds](../remote-clouds.md).`;
