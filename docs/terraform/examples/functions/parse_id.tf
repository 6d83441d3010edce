output "id" {
  value = provider::cinderkit::parse_id("volume/6f1c9c0e-54a7-4a5c-9f0b-0d3c2c1b7a10").id
}
