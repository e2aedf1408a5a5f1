export const planted = 'the hypervisor';
