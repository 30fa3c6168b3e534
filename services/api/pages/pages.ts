import { openApiDocument } from '../openapi/document.ts'
import { referencePage } from './reference-page.ts'
import { referencePolicy } from './reference-style.ts'
import { noPolicy, type StaticFile } from './static-file.ts'
import { swaggerFiles } from './swagger.ts'

/** What the API says of itself to anybody: the OpenAPI document, and two pages for people that need nothing from elsewhere. */
export const pages = (version: string): readonly StaticFile[] => [
  {
    path: '/openapi.json',
    type: 'application/json; charset=utf-8',
    policy: noPolicy,
    content: async () => JSON.stringify(openApiDocument(version)),
  },
  ...swaggerFiles,
  {
    path: '/redoc',
    type: 'text/html; charset=utf-8',
    policy: referencePolicy,
    content: async () => referencePage(version),
  },
]
