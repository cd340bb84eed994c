// An organization with seats at the edge, made over the API.
import { call } from './api.mjs';

let count = 0;

/** An organization that has subscribed to nothing. */
export const organization = async (edge, name) =>
  (await call(edge, 'POST', '/organizations', { name, ownerUserId: `owner-${Date.now()}-${++count}`, billingEmail: 'bills@clinic.example' })).data.id;

/** An application with two plans, an organization, and its subscription to the cheaper one. */
export async function subscribed(edge, { price = '10.00', seats = 5, name = 'City Clinic' } = {}) {
  const stamp = `${Date.now()}-${++count}`;
  const application = `seats-${stamp}`;
  await call(edge, 'POST', '/applications', { slug: application, name: `Seats ${stamp}`, seatSource: 'edge' });
  for (const [id, name, pricePerSeat] of [['team', 'Team', price], ['pro', 'Pro', '25.50']]) {
    await call(edge, 'POST', `/applications/${application}/plans`, { id, name, pricePerSeat, currency: 'INR', billingCycle: 'monthly' });
  }
  const buyer = await organization(edge, name);
  const { data: made } = await call(edge, 'POST', '/subscriptions', {
    organizationId: buyer, applicationSlug: application, planId: 'team', seats, gateway: 'manual', externalOrgId: `workspace_${stamp}`,
  });
  return { application, organization: buyer, subscription: made.id, external: `workspace_${stamp}` };
}
