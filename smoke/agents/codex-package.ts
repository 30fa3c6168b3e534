/** What `--fetch-codex` fetches from npm: the version whose events and configuration are known here, and that the gate tries. */
export const codexPackage = '@openai/codex@0.169.0'
