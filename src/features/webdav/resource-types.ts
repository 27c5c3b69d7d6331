/**
 * The root of the service.
 */
import { ROOT_KIND } from '../../dav/locate.ts';
import type { ResourceType } from '../../dav/resource.ts';
import { DAV } from '../../formats/xml/name.ts';

/** `/` */
export const root: ResourceType<'service'> = {
  kind: ROOT_KIND,
  shape: 'service',
  spec: 'RFC 4918 section 5.2',
  label: 'service',
  elements: [`{${DAV}}collection`],
};
