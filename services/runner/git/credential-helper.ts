import { text } from 'node:stream/consumers'
import { readTokenFile } from './token-file.ts'

/**
 * What git runs when a host asks for credentials: `credential-helper.ts HOST USERNAME TOKEN_FILE get`. See
 * gitcredentials(7). The token goes to git over a pipe and is read anew each time, so that one that was replaced is used.
 * Git's `store` and `erase` change nothing: the file is its owner's.
 */
const [, , host = '', username = '', tokenFile = '', action] = process.argv
if (action === 'get') {
  const asked = await text(process.stdin)
  const told = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(asked)?.[1]
  if (told('protocol') === 'https' && told('host') === host) {
    const read = readTokenFile(tokenFile)
    if (read.ok) process.stdout.write(`username=${username}\npassword=${read.token}\n`)
    else process.stderr.write(`error: credentials for ${host}: ${read.fault}\n`)
  }
}
