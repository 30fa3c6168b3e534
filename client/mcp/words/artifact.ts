import { artifactBytes, artifactFrom } from '../readers/artifact-bytes.ts'
import { items } from '../readers/items.ts'
import type { Words } from './words.ts'

export const artifactList: Words<'artifacts.list'> = {
  tool: 'artifact_list',
  title: 'List artifacts',
  description:
    "The files that were kept of a session's commands, such as test reports and core dumps, each with its id, path, size and media type. Of a JUnit report the summary tells how many tests failed. Read one with artifact_read.",
  reader: items('artifacts.list'),
}

export const artifactRead: Words<'artifacts.download'> = {
  tool: 'artifact_read',
  title: 'Read an artifact',
  description:
    'The content of an artifact from its beginning or an offset on, in parts; go on with the cursor until there is none. What is no UTF-8 comes as base64. Each part has its byte offset, and total tells how many bytes there are.',
  own: artifactFrom,
  reader: artifactBytes,
}
