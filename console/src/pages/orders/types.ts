import type { CustomerOrder, CustomerOrderItem, CustomerOrderStatus } from 'edge';

export const API = '/api/v1/orders';
export const orderPath = (id: string) => `${API}/${encodeURIComponent(id)}`;

/** What each status means. */
export const STATUSES: Record<CustomerOrderStatus, string> = {
  pending: 'is not to be packed yet',
  confirmed: 'is to be packed',
  shipped: 'is on its way',
  delivered: 'has arrived',
  cancelled: 'is not wanted any more',
  returned: 'came back',
};

export const MESSAGES: Record<string, string> = { packing_list: 'packing list', shipping_notification: 'that it was shipped', delivery_confirmation: 'that it arrived' };

/** How many of an item are wanted, and of them how many are still to be packed. */
export const wanted = (item: CustomerOrderItem) => item.quantity - item.cancelled_quantity;
export const left = (item: CustomerOrderItem) => Math.max(wanted(item) - item.packed_quantity, 0);

export const parcel = (order: CustomerOrder) => order.items.filter((item) => item.requires_shipping && wanted(item) > 0);
export const leftOf = (order: CustomerOrder) => parcel(order).reduce((sum, item) => sum + left(item), 0);

export const PLATFORMS: Record<string, string> = { shopify: 'Shopify', woocommerce: 'WooCommerce' };
