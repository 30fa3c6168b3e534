import { shellWords } from '../../../../lib/shell-words.ts'

export type Told = {
  readonly heading: string
  readonly baseUrl: string
  readonly ca: string | undefined
  readonly insecure: boolean
}

/** What an agent in another repository is told of the Debug Server: how it is reached, never with what token. */
export function blockText({ heading, baseUrl, ca, insecure }: Told): string {
  const connection = [
    '--base-url',
    baseUrl,
    ...(ca === undefined ? [] : ['--ca', ca]),
    ...(insecure ? ['--insecure'] : []),
  ]
  return `## ${heading}

Run and debug this repository in sessions of a Debug Server: worktrees at a commit, with a patch of yours, where commands and
debuggers disturb nobody. This part is kept by \`debug-server agent install\`; what is changed in it is lost when that is
run with \`--force\`.

The server is <${baseUrl}>${insecure ? ', whose certificate is not verified' : ''}. A person configures it once, with a token
of their own, which belongs in no file of this repository:

\`\`\`sh
debug-server configure ${shellWords(connection)} --token -
\`\`\`

- \`debug-server session create --repository NAME --patch @working-tree --command "make test" --follow\`: run the tests
  with what is changed here.
- \`debug-server session logs @last\`, \`debug-server debug launch @last --python FILE --break FILE:LINE\`: look why they fail.
- \`debug-server --help\` tells the rest.

The same as tools for a coding agent, over MCP, for Codex in \`~/.codex/config.toml\`:

\`\`\`toml
[mcp_servers.debug]
command = "debug-server"
args = [${['mcp', ...connection].map(word => JSON.stringify(word)).join(', ')}]
required = true
tool_timeout_sec = 90
\`\`\`

Tasks are written down in \`.codex/tasks/\`, one file each after its \`TEMPLATE.md\`, and move to \`.codex/done/\` when they are
done; \`.codex/spec.md\` says what is being built.`
}
