/**
 * REPORT: finds the report by the root element of the body. RFC 3253 section 3.6.
 */

import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import type { Method } from '../../dav/method.ts';
import { preferencesApplied } from '../../dav/multistatus.ts';
import { inWords } from '../../dav/resource.ts';
import { xmlBody } from '../../dav/xml-body.ts';
import { supportedReport } from './preconditions.ts';

export const report: Method = {
  name: 'REPORT',
  spec: 'RFC 3253 section 3.6',
  on: ['service', 'principal', 'collection', 'object'],
  async handle(request, context) {
    const resource = mapped(context, request);
    const body = await xmlBody(request, context);
    if (body === undefined) throw new DavError(400, 'REPORT needs a body that says which report');
    const found = context.catalogue.report(resource.type, body.name);
    if (found === undefined) {
      throw supportedReport(`${resource.href}, ${inWords(resource.type)}, has no report ${body.name}`);
    }
    if (found.hidden && !resource.privileges.has(found.privilege)) {
      throw new DavError(404, `there is nothing at ${resource.href} that could be asked so`);
    }
    requirePrivilege(resource, found.privilege);
    const response = await found.run(body, resource, context, request);
    if (response.status !== 207) return response;
    return { ...response, headers: { ...response.headers, ...preferencesApplied(context, 'return=minimal') } };
  },
};
