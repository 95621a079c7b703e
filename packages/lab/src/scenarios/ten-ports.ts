/**
 * A range of ten ports to connect from. Linux's tcp_tw_reuse = 2 hands out a port in TIME-WAIT again after
 * one second, but on loopback only; 0 makes loopback behave as a connection to another host does.
 */
export const tenPorts: Readonly<Record<string, string>> = {
  'net.ipv4.ip_local_port_range': '40000 40009',
  'net.ipv4.tcp_tw_reuse': '0',
};
