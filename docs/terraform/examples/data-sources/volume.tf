resource "cinderkit_volume" "orders" {
  count    = 2
  name     = "orders-${count.index}"
  size_gib = 1
  metadata = { team = "orders" }
}

# By its id.
data "cinderkit_volume" "first" {
  id = cinderkit_volume.orders[0].id
}

# The newest of those that are as asked; without most_recent several are refused.
data "cinderkit_volume" "newest" {
  name_regex  = "^orders-[0-9]+$"
  status      = "available"
  most_recent = true
  depends_on  = [cinderkit_volume.orders]
}

output "newest_orders" {
  value = data.cinderkit_volume.newest.name
}
