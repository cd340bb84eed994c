// An organization with seats at the edge, made over the API.
import { call } from './api.mjs';

let count = 0;

/** An application with two plans, an organization, and its subscription to the cheaper one. */
export async function subscribed(edge, { price = '10.00', seats = 5, name = 'City Clinic' } = {}) {
  const stamp = `${Date.now()}-${++count}`;
  const application = `seats-${stamp}`;
  await call(edge, 'POST', '/applications', { slug: application, name: `Seats ${stamp}`, seatSource: 'edge' });
  for (const [id, name, pricePerSeat] of [['team', 'Team', price], ['pro', 'Pro', '25.50']]) {
    await call(edge, 'POST', `/applications/${application}/plans`, { id, name, pricePerSeat, currency: 'INR', billingCycle: 'monthly' });
  }
  const { data: organization } = await call(edge, 'POST', '/organizations', { name, ownerUserId: `owner-${stamp}`, billingEmail: 'bills@clinic.example' });
  const { data: made } = await call(edge, 'POST', '/subscriptions', {
    organizationId: organization.id, applicationSlug: application, planId: 'team', seats, gateway: 'manual', externalOrgId: `workspace_${stamp}`,
  });
  return { application, organization: organization.id, subscription: made.id, external: `workspace_${stamp}` };
}
