data "cinderkit_images" "public" {
  visibility = "public"
  limit      = 10
}

output "public_images" {
  value = data.cinderkit_images.public.ids
}
