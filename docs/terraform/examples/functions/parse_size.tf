resource "cinderkit_volume" "parsed" {
  name     = "parsed"
  size_gib = provider::cinderkit::parse_size("1500 MB") # 2
}
